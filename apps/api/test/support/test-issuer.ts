import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

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
  /** How it answers for its keys: as it should, with a status, or never. */
  answer: "keys" | "hang" | number;
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
  const server = createServer((request, response) => {
    if (request.url === "/.well-known/openid-configuration") {
      response.writeHead(issuer.description === null ? 404 : 200, { "content-type": "application/json" });
      return response.end(JSON.stringify(issuer.description));
    }
    issuer.fetches += 1;
    if (issuer.answer === "hang") return;
    response.writeHead(issuer.answer === "keys" ? 200 : issuer.answer, {
      "content-type": "application/json",
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
