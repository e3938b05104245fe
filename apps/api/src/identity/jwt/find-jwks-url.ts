import * as z from "zod";

import { DocumentError, fetchDocument } from "./fetch-document.ts";
import { type IssuerSettings, isTrustworthy } from "./issuer-settings.ts";

const description = z.object({ issuer: z.string(), jwks_uri: z.string() });

/**
 * Where the issuer's public keys are: as it is set, else as the issuer's own description says (OpenID Connect
 * Discovery), else, for one that describes nothing, where Supabase has them.
 */
export async function findJwksUrl({ issuer, jwksUrl }: IssuerSettings, signal: AbortSignal): Promise<string> {
  if (jwksUrl !== undefined) return jwksUrl;
  const base = issuer.replace(/\/+$/, "");
  let document: unknown;
  try {
    document = await fetchDocument(`${base}/.well-known/openid-configuration`, signal);
  } catch (error) {
    if (error instanceof DocumentError && error.isMissing) return `${base}/.well-known/jwks.json`;
    throw error;
  }
  return describedJwksUrl(issuer, document);
}

/** What an issuer's description says of its keys; refused where it is somebody else's, or leads through the clear. */
export function describedJwksUrl(issuer: string, document: unknown): string {
  const described = description.safeParse(document);
  if (!described.success) throw new DocumentError("a description without issuer or jwks_uri");
  const { issuer: named, jwks_uri: url } = described.data;
  // A description of somebody else would lend us their keys.
  if (named !== issuer) throw new DocumentError("a description of another issuer");
  const isDowngrade = issuer.startsWith("https:") && !url.startsWith("https:");
  if (!isTrustworthy(url) || isDowngrade) throw new DocumentError("a jwks_uri that is not https");
  return url;
}
