import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

import type { IssuerSettings } from "../../src/identity/jwt/issuer-settings.ts";

export const AUDIENCE = "ai-config";

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** An issuer over real HTTP, which can also misbehave. */
export interface TestIssuer extends AsyncDisposable {
  readonly settings: IssuerSettings;
  /** What it publishes; tests change it. */
  keys: JWK[];
  /** How it answers for its keys: as it should, with a status, by another address, or never. */
  answer: "keys" | "hang" | number | { location: string };
  /** How long it thinks about each request. */
  delayMs: number;
  /** What it says instead of its keys, or null. */
  body: string | null;
  /** Its description, or null where it has none, as Supabase's older ones. */
  description: object | null;
  /** How often it was asked for its keys. */
  fetches: number;
  makeKey(kid: string, alg?: string): Promise<SigningKey>;
  /** The key it began with. */
  readonly key: SigningKey;
  /** A token for `sub`, good for five minutes unless the claims say otherwise. Undefined takes a claim out. */
  sign(claims: JWTPayload, options?: { key?: SigningKey; header?: Record<string, unknown> }): Promise<string>;
}

export async function startIssuer(): Promise<TestIssuer> {
  const server = createServer(async (request, response) => {
    await sleep(issuer.delayMs);
    if (request.url === "/.well-known/openid-configuration") {
      response.writeHead(issuer.description === null ? 404 : 200, { "content-type": "application/json" });
      return response.end(JSON.stringify(issuer.description));
    }
    issuer.fetches += 1;
    if (issuer.answer === "hang") return;
    const { answer } = issuer;
    const isElsewhere = typeof answer === "object";
    response.writeHead(answer === "keys" ? 200 : isElsewhere ? 302 : answer, {
      "content-type": "application/json",
      ...(isElsewhere && answer),
    });
    return response.end(issuer.body ?? JSON.stringify({ keys: issuer.keys }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = await makeKey("first");

  const issuer: TestIssuer = {
    settings: {
      issuer: url,
      audiences: [AUDIENCE],
      jwksUrl: undefined,
      algorithms: ["ES256", "RS256"],
      secret: undefined,
    },
    keys: [key.publicJwk],
    answer: "keys",
    body: null,
    delayMs: 0,
    description: { issuer: url, jwks_uri: `${url}/keys` },
    fetches: 0,
    makeKey,
    key,
    sign: (claims, { key: signing = key, header = {} } = {}) => {
      const now = Math.floor(Date.now() / 1_000);
      const payload = { iss: url, aud: AUDIENCE, iat: now, exp: now + 300, ...claims };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: signing.alg, kid: signing.kid, ...header })
        .sign(signing.privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

async function makeKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}
