import { AIConfigError } from "@ai-config/config-core";
import { decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Logger } from "pino";

import type { IssuerSettings } from "./issuer-settings.ts";
import { readClaims, type TokenClaims } from "./token-claims.ts";

/** How far clocks may be apart. */
const TOLERANCE_SECONDS = 5;

export interface VerifyTokenOptions {
  readonly settings: IssuerSettings;
  readonly keys: JWTVerifyGetKey;
  readonly log: Logger;
}

/** What a token says, or undefined where it is not to be believed. Throws only where that cannot be found out. */
export type VerifyToken = (token: string) => Promise<TokenClaims | undefined>;

/**
 * Checks signature, issuer, audience and times. Which check applies is decided by the algorithm before any key is
 * at hand, so that no public key is ever taken for a shared secret.
 */
export function createTokenVerifier({ settings, keys, log }: VerifyTokenOptions): VerifyToken {
  const { issuer, audiences, algorithms } = settings;
  const secret = settings.secret === undefined ? undefined : new TextEncoder().encode(settings.secret);
  const checks = {
    issuer,
    audience: [...audiences],
    requiredClaims: ["sub", "exp"],
    clockTolerance: TOLERANCE_SECONDS,
  };

  async function payloadOf(token: string): Promise<unknown> {
    const { alg } = decodeProtectedHeader(token);
    if (alg === "HS256") {
      if (secret === undefined) throw new errors.JOSEAlgNotAllowed("HS256 needs a secret.");
      return (await jwtVerify(token, secret, { ...checks, algorithms: ["HS256"] })).payload;
    }
    return (await jwtVerify(token, keys, { ...checks, algorithms: [...algorithms] })).payload;
  }

  return async (token) => {
    const latestIssue = new Date(Date.now() + TOLERANCE_SECONDS * 1_000);
    try {
      const claims = readClaims(await payloadOf(token), latestIssue);
      if (claims === undefined) log.debug({ part: "identity", reason: "claims" }, REFUSED);
      return claims;
    } catch (error) {
      // A key may also be too short, or none: the issuer's mistake, and nobody is let in by it.
      if (error instanceof AIConfigError) throw error;
      log.debug({ part: "identity", reason: reasonOf(error) }, REFUSED);
      return undefined;
    }
  };
}

const REFUSED = "A token was refused.";

/** For whoever sets an issuer up. Names the check, and nothing of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return `${error.code} ${error.claim}`;
  }
  return error instanceof errors.JOSEError ? error.code : "malformed";
}
