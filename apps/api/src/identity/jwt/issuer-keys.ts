import { AIConfigError } from "@ai-config/config-core";
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { Logger } from "pino";

import { DocumentError, fetchDocument } from "./fetch-document.ts";

/** Keys that the issuer took back are found out after this long, while calls go on with those there are. */
const FRESH_MS = 10 * 60_000;
/** Keys that could not be looked at again for so long are trusted no more. */
const TRUSTED_MS = 24 * 60 * 60_000;
/** Tokens that name a key nobody knows make us look for it no more often than this. */
const COOLDOWN_MS = 30_000;
/** After a failure, and as long as callers are asked to wait. */
const RETRY_MS = 2_000;

/** For everything there is to fetch: callers wait meanwhile. */
const TIMEOUT_MS = 2_000;

export interface IssuerKeysOptions {
  readonly findUrl: (signal: AbortSignal) => Promise<string>;
  readonly log: Logger;
  /** Milliseconds of a clock that nobody sets. */
  readonly now?: () => number;
}

/**
 * The issuer's public keys, fetched when they are first needed. Throws ISSUER_UNAVAILABLE where only the issuer
 * could tell, and it does not answer.
 */
export function createIssuerKeys({
  findUrl,
  log,
  now = () => performance.now(),
}: IssuerKeysOptions): JWTVerifyGetKey {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let pending: Promise<void> | undefined;

  const isOlderThan = (milliseconds: number) => now() - fetchedAt >= milliseconds;
  const mayAsk = () => now() - askedAt >= (hasFailed ? RETRY_MS : COOLDOWN_MS);

  async function ask(): Promise<void> {
    askedAt = now();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      keys = createLocalJWKSet(
        (await fetchDocument(await findUrl(signal), signal)) as Parameters<typeof createLocalJWKSet>[0],
      );
      [fetchedAt, hasFailed] = [now(), false];
    } catch (error) {
      hasFailed = true;
      log.warn({ part: "identity", reason: reasonOf(error) }, "The issuer's keys could not be fetched.");
    } finally {
      pending = undefined;
    }
  }

  /** Fetches the keys anew, once for all who wait, where that was not just tried. */
  async function renew(): Promise<void> {
    if (pending === undefined && mayAsk()) pending = ask();
    await pending;
  }

  return async (header, token) => {
    if (keys === undefined || isOlderThan(TRUSTED_MS)) {
      await renew();
      if (keys === undefined || isOlderThan(TRUSTED_MS)) throw new AIConfigError("ISSUER_UNAVAILABLE");
    } else if (isOlderThan(FRESH_MS)) {
      void renew();
    }
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await renew();
      // Whether there is such a key by now only the issuer knows.
      if (hasFailed) throw new AIConfigError("ISSUER_UNAVAILABLE");
      return keys(header, token);
    }
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof DocumentError) return error.message;
  return error instanceof errors.JOSEError ? error.code : "unknown";
}
