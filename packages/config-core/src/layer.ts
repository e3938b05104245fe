/** Where a value can come from, weakest first. */
export const LAYER_SOURCES = [
  "defaults",
  "environment",
  "organization",
  "experiment",
  "user",
  "policy",
] as const;

export type LayerSource = (typeof LAYER_SOURCES)[number];

/** A layer's name tag: everything about it but its values. */
export interface LayerRef {
  readonly source: LayerSource;
  /** The stored row. */
  readonly id?: string;
  readonly name?: string;
  readonly version?: number;
  /** Among layers of one source the higher one wins. */
  readonly priority?: number;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly updatedBy?: string | null;
}

/** How stored keys appear in a configuration: as hints such as "sk-ant-…x7Qp". */
export interface KeyHints {
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
  readonly keyVersion?: number;
}

/** What one source says. `values` is what was stored, so it is not trusted to be valid. */
export interface Layer extends LayerRef {
  readonly values: unknown;
  /** Hints of the keys this source holds; they are kept apart from the values, which may never hold a key. */
  readonly keys?: KeyHints;
}

/**
 * The order in which layers apply, weakest first: by source, then priority, then age, then id. It is total for
 * layers with different ids, so it does not depend on the order they were read in.
 */
export function compareLayers(a: LayerRef, b: LayerRef): number {
  return (
    LAYER_SOURCES.indexOf(a.source) - LAYER_SOURCES.indexOf(b.source) ||
    compare(a.priority ?? 0, b.priority ?? 0) ||
    compare(momentOf(a.createdAt), momentOf(b.createdAt)) ||
    compare(fractionOf(a.createdAt), fractionOf(b.createdAt)) ||
    compare(a.id ?? "", b.id ?? "")
  );
}

function compare<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function momentOf(createdAt = ""): number {
  return Date.parse(createdAt) || 0;
}

/** Postgres counts microseconds, which Date drops. */
function fractionOf(createdAt = ""): string {
  return (/\.(\d+)/.exec(createdAt)?.[1] ?? "").padEnd(9, "0");
}
