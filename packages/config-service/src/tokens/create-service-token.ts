import {
  AIConfigError,
  containsSecret,
  type Issue,
  TOKEN_ACTIONS,
  type TokenAction,
} from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { isoTime } from "../iso-time.ts";
import { runAs } from "../run-as.ts";
import { hashToken, hintOfToken, newToken } from "./service-token.ts";

const NAME_MAX = 80;
const DAYS_MAX = 365;

export interface CreateServiceTokenInput {
  readonly actor: Actor;
  readonly organizationId: string;
  /** What it is for, unlike that of any other token of the organization. */
  readonly name: string;
  readonly actions: readonly TokenAction[];
  /** Whole days that it lives, at most a year. */
  readonly days: number;
}

export interface CreatedServiceToken {
  readonly id: string;
  /** Shown this once: only its hash is kept. */
  readonly token: string;
  readonly hint: string;
  readonly expiresAt: string;
}

/**
 * Makes a token that a sibling app or worker calls with, in one organization and for some actions. For the
 * organization's owners and admins, who may do all of that themselves; a token makes no tokens.
 */
export async function createServiceToken(
  ctx: ServiceContext,
  input: CreateServiceTokenInput,
): Promise<CreatedServiceToken> {
  const { actor, organizationId } = input;
  const { name, actions, days } = readInput(input);
  const token = newToken();
  const hint = hintOfToken(token);
  const rows = await runAs(
    ctx,
    actor,
    async (tx) => {
      await requireAdmin(tx, actor, { type: "organization", organizationId });
      return tx.execute<{ id: string; expiresAt: string }>(sql`
        insert into public.service_tokens (organization_id, name, token_hash, hint, actions, expires_at)
        values (${organizationId}::uuid, ${name}, decode(${hashToken(token).toString("hex")}, 'hex'), ${hint},
          ${`{${actions.join(",")}}`}::text[], clock_timestamp() + make_interval(days => ${days}))
        returning id, ${isoTime("expires_at", "expiresAt")}`);
    },
    { codes: { "23505": "TOKEN_EXISTS", "54000": "TOKEN_LIMIT" } },
  );
  const [row] = rows;
  if (row === undefined) throw new AIConfigError("INTERNAL");
  return { ...row, token, hint };
}

function readInput({ name, actions, days }: CreateServiceTokenInput): {
  name: string;
  actions: readonly TokenAction[];
  days: number;
} {
  const plain = name.trim().normalize("NFC");
  const issues: Issue[] = [];
  const refuse = (path: string, message: string) => issues.push({ path, code: "invalid_value", message });
  if (plain === "" || plain.length > NAME_MAX || /[\p{Cc}\p{Cs}]/u.test(plain)) {
    refuse("name", `Must be text on one line, of 1 to ${NAME_MAX} characters.`);
  } else if (containsSecret(plain)) {
    issues.push({ path: "name", code: "secret_not_allowed", message: "Must not hold an API key." });
  }
  const known = new Set(actions);
  if (known.size === 0) refuse("actions", "Must name at least one action.");
  for (const action of known) {
    if (!Object.hasOwn(TOKEN_ACTIONS, action)) {
      refuse("actions", `Must be among ${Object.keys(TOKEN_ACTIONS).join(", ")}.`);
      break;
    }
  }
  if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX) {
    refuse("days", `Must be a whole number from 1 to ${DAYS_MAX}.`);
  }
  if (issues.length > 0) throw new AIConfigError("INPUT_INVALID", { issues });
  return { name: plain, actions: [...known], days };
}
