import { createHash } from "node:crypto";

import {
  type AIConfiguration,
  type FieldExplanation,
  type FieldPath,
  findWarnings,
  type Issue,
  type KeyHints,
  type Layer,
  type ModelOptions,
  type Policy,
  readPolicy,
  resolveConfiguration,
  type Warning,
} from "@ai-config/config-core";
import type { AccountSnapshot, KeySummary, LayersSnapshot, StoredLayer } from "@ai-config/db";

import type { EnvironmentLayer } from "../environment-layer.ts";
import { type SharedLimits, sharedLimitsOf } from "./shared-limits.ts";

/**
 * What applies for one account or organization, with the source of every value. Keys appear as hints: the only
 * way to a key is `openApiKey`. Frozen throughout, since one answer serves many readers.
 */
export interface EffectiveConfiguration {
  readonly configuration: Readonly<AIConfiguration>;
  readonly sources: Readonly<Record<FieldPath, FieldExplanation>>;
  readonly problems: readonly Issue[];
  /** What is valid and has no effect on the model, and what will end. */
  readonly warnings: readonly Warning[];
  readonly userId: string | null;
  /** True where the database knows no such account: then this is what applies to nobody, and no call is made with it. */
  readonly isUnknownAccount: boolean;
  readonly organizationId: string | null;
  readonly organizationName: string | null;
  /** What the organization imposes above every layer; null where it imposes nothing. */
  readonly policy: Readonly<Policy> | null;
  /** What all members of the organization share; null where they share nothing. */
  readonly shared: SharedLimits | null;
  /** The version of every stored row that took part. */
  readonly versions: Readonly<Record<string, number>>;
  /** Changes whenever the answer does. A quoted string, ready for the header of that name. */
  readonly etag: string;
  readonly resolvedAt: string;
  /** True when the database was away: the last good answer, or environment over defaults where there is none. */
  readonly stale: boolean;
  readonly staleReason?: "database_unavailable";
}

/** What the database says of an account, of an organization, or, where it is away, of nobody. */
type Snapshot = LayersSnapshot & Partial<Pick<AccountSnapshot, "isUnknownAccount">>;

/** Resolves what the database says over environment and defaults. */
export function buildEffectiveConfiguration(
  snapshot: Snapshot,
  environment: EnvironmentLayer,
  options: ModelOptions & { now: Date },
): EffectiveConfiguration {
  const { now: date, models } = options;
  const policy = snapshot.policy === null ? null : Object.freeze(readPolicy(snapshot.policy.rules));
  const layers = layersOf(snapshot, environment);
  const { configuration, fields, problems } = resolveConfiguration(layers, {
    models,
    ...(policy && { policy: { rules: policy, name: snapshot.organizationName ?? undefined } }),
  });
  const warnings = findWarnings(configuration, { date, models, fields, policy });
  const versions: Record<string, number> = {};
  for (const row of snapshot.rows) versions[row.id] = row.version;
  return Object.freeze({
    configuration,
    sources: fields,
    problems,
    warnings: Object.freeze(warnings.map((warning) => Object.freeze(warning))),
    userId: snapshot.userId,
    isUnknownAccount: snapshot.isUnknownAccount ?? false,
    organizationId: snapshot.organizationId,
    organizationName: snapshot.organizationName,
    policy,
    shared: sharedLimitsOf(policy, layers, { models }),
    versions: Object.freeze(versions),
    etag: etagOf(snapshot, environment, warnings),
    resolvedAt: options.now.toISOString(),
    stale: false,
  });
}

/** What can be said without the database. */
export function environmentOnly(
  userId: string | null,
  environment: EnvironmentLayer,
  options: ModelOptions & { now: Date },
): EffectiveConfiguration {
  const nothing = {
    userId,
    organizationId: null,
    organizationName: null,
    policy: null,
    rows: [],
    keys: [],
  };
  return asStale(buildEffectiveConfiguration(nothing, environment, options));
}

/** The same answer, marked as one that could not be renewed. */
export function asStale(effective: EffectiveConfiguration): EffectiveConfiguration {
  if (effective.stale) return effective;
  const etag = `${effective.etag.slice(0, -1)}-stale"`;
  return Object.freeze({ ...effective, etag, stale: true, staleReason: "database_unavailable" });
}

function layersOf(snapshot: Pick<LayersSnapshot, "rows" | "keys">, environment: EnvironmentLayer): Layer[] {
  const layers: Layer[] = [
    { source: "environment", values: environment.values, keys: environment.keys },
    ...snapshot.rows.map(layerOfRow),
  ];
  // An owner may have a key and no row, and its key applies once however many rows there are.
  const own = hintsOf(snapshot.keys.filter((key) => key.owner === "user"));
  const shared = hintsOf(snapshot.keys.filter((key) => key.owner === "organization"));
  // Failover stays within one owner's keys, so nobody has a secondary key of somebody else.
  if (shared)
    layers.push({ source: "organization", values: {}, keys: own ? withoutSecondary(shared) : shared });
  if (own) layers.push({ source: "user", values: {}, keys: own });
  return layers;
}

function layerOfRow({ configuration, configName, ...row }: StoredLayer): Layer {
  return { ...row, name: configName, values: configuration };
}

/** Revoked keys say nothing. */
function hintsOf(keys: readonly KeySummary[]): KeyHints | undefined {
  const usable = keys.filter((key) => key.status !== "revoked");
  const primary = usable.find((key) => key.slot === "primary");
  const secondary = usable.find((key) => key.slot === "secondary");
  if (primary === undefined && secondary === undefined) return undefined;
  return {
    ...(primary && { primaryKey: primary.hint, keyVersion: primary.keyVersion }),
    ...(secondary && { secondaryKey: secondary.hint }),
  };
}

function withoutSecondary({ primaryKey, keyVersion }: KeyHints): KeyHints {
  return { ...(primaryKey !== undefined && { primaryKey }), ...(keyVersion !== undefined && { keyVersion }) };
}

function etagOf(
  { userId, organizationId, organizationName, policy, rows, keys, isUnknownAccount = false }: Snapshot,
  environment: EnvironmentLayer,
  warnings: readonly Warning[],
): string {
  const text = JSON.stringify([
    environment.fingerprint,
    userId,
    organizationId,
    organizationName,
    policy?.version ?? 0,
    rows.map(({ id, version, priority }) => [id, version, priority]),
    keys.map(({ owner, slot, hint, keyVersion, status }) => [owner, slot, hint, keyVersion, status]),
    // They count days, so the answer changes although nothing was written.
    warnings.map(({ message }) => message),
    ...(isUnknownAccount ? ["unknown"] : []),
  ]);
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 24)}"`;
}
