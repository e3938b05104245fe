import { containsSecret } from "@ai-config/config-core";
import * as z from "zod";

import { NAME_MAX, oneLineOf } from "../../http/name-input.ts";

/** All that is believed of a token. What somebody may do stands in our database, whatever else a token says. */
export interface TokenClaims {
  readonly issuer: string;
  /** Who it is, at the issuer. */
  readonly subject: string;
  /** Only one that the issuer verified: anybody can claim an address. */
  readonly email: string | undefined;
  readonly name: string | undefined;
}

const schema = z.object({
  iss: z.string(),
  // OpenID Connect has it so.
  sub: z.string().regex(/^[\x20-\x7e]{1,255}$/),
  iat: z.number().optional(),
});
const addressSchema = z.object({ email: z.email().max(320), email_verified: z.literal(true) });
const nameSchema = z.object({ name: z.string() });

/** Reads the claims of a verified token. Undefined where it does not say who it is about, or is from the future. */
export function readClaims(payload: unknown, latestIssue: Date): TokenClaims | undefined {
  const parsed = schema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { iss, sub, iat } = parsed.data;
  if (iat !== undefined && iat * 1_000 > latestIssue.getTime()) return undefined;
  const address = addressSchema.safeParse(payload).data?.email;
  const name = oneLineOf(nameSchema.safeParse(payload).data?.name ?? "", NAME_MAX);
  return {
    issuer: iss,
    subject: sub,
    email: address === undefined || containsSecret(address) ? undefined : address.toLowerCase(),
    name: name === "" ? undefined : name,
  };
}
