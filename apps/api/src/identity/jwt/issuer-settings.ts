import { isIPv4 } from "node:net";

import { optionalText } from "../../optional-text.ts";

/** What signs by a pair of keys. A shared secret is another matter, see `secret`. */
const ASYMMETRIC = [
  "ES256",
  "ES384",
  "ES512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
  "Ed25519",
];
const SHARED = "HS256";
/** As long as what HS256 makes of it (RFC 7518, 3.2). */
const SECRET_BYTES_MIN = 32;

/** Who vouches for people, and how that is checked. */
export interface IssuerSettings {
  /** As tokens name it, to the letter. */
  readonly issuer: string;
  /** Tokens meant for none of these are refused. */
  readonly audiences: readonly string[];
  /** Where its public keys are; undefined: where its own description says. */
  readonly jwksUrl: string | undefined;
  /** Allowed for tokens signed by a pair of keys. */
  readonly algorithms: readonly string[];
  /** For tokens signed with a secret that the issuer shares with us; undefined: such tokens are refused. */
  readonly secret: string | undefined;
}

const anAddress = "Must be an https address without user or fragment, or an http address of this machine.";

/** The variables, each by itself. */
export const issuerVariables = {
  AI_CONFIG_JWT_ISSUER: optionalText.refine(
    (text) => text === undefined || (isTrustworthy(text) && !text.includes("?")),
    { message: `${anAddress} It has no query.` },
  ),
  AI_CONFIG_JWT_AUDIENCE: optionalText,
  AI_CONFIG_JWT_JWKS_URL: optionalText.refine((text) => text === undefined || isTrustworthy(text), {
    message: anAddress,
  }),
  AI_CONFIG_JWT_SECRET: optionalText
    .refine((secret) => secret === undefined || Buffer.byteLength(secret) >= SECRET_BYTES_MIN, {
      message: `Must have at least ${SECRET_BYTES_MIN} bytes.`,
    })
    .refine((secret) => secret === undefined || !/^(-----BEGIN|\{)/.test(secret), {
      message: "Must be the secret for HS256, not a key. Public keys are read from AI_CONFIG_JWT_JWKS_URL.",
    }),
  AI_CONFIG_JWT_ALGORITHMS: optionalText.refine(
    (text) => text === undefined || listOf(text).every((name) => [...ASYMMETRIC, SHARED].includes(name)),
    { message: `Must be a list of ${ASYMMETRIC.join(", ")} or ${SHARED}, separated by commas.` },
  ),
};

type Variables = Readonly<Partial<Record<keyof typeof issuerVariables, string | undefined>>>;

/** What is wrong with them together, by the variable that is to be changed. */
export function problemsOfIssuer(read: Variables): string[] {
  const names = (Object.keys(issuerVariables) as (keyof Variables)[]).filter((name) => read[name]?.trim());
  if (names.length === 0) return [];
  const problems: string[] = [];
  if (!names.includes("AI_CONFIG_JWT_ISSUER")) {
    problems.push(`AI_CONFIG_JWT_ISSUER: Must be set where ${names[0]} is.`);
  }
  if (listOf(read.AI_CONFIG_JWT_AUDIENCE ?? "").length === 0) {
    problems.push(
      'AI_CONFIG_JWT_AUDIENCE: Must be set, so that tokens for others are refused. Supabase\'s is "authenticated".',
    );
  }
  const algorithms = read.AI_CONFIG_JWT_ALGORITHMS;
  if (!algorithms?.trim()) return problems;
  const isShared = listOf(algorithms).includes(SHARED);
  if (isShared && !names.includes("AI_CONFIG_JWT_SECRET")) {
    problems.push(`AI_CONFIG_JWT_SECRET: Must be set where AI_CONFIG_JWT_ALGORITHMS has ${SHARED}.`);
  }
  if (!isShared && names.includes("AI_CONFIG_JWT_SECRET")) {
    problems.push(`AI_CONFIG_JWT_ALGORITHMS: Must have ${SHARED} where AI_CONFIG_JWT_SECRET is set.`);
  }
  return problems;
}

/** The issuer of variables that have no problems, or undefined where none is set. */
export function issuerOf(read: Variables): IssuerSettings | undefined {
  if (read.AI_CONFIG_JWT_ISSUER === undefined) return undefined;
  const algorithms = listOf(read.AI_CONFIG_JWT_ALGORITHMS ?? "ES256,RS256");
  return {
    issuer: read.AI_CONFIG_JWT_ISSUER,
    audiences: listOf(read.AI_CONFIG_JWT_AUDIENCE ?? ""),
    jwksUrl: read.AI_CONFIG_JWT_JWKS_URL,
    algorithms: algorithms.filter((name) => name !== SHARED),
    secret: read.AI_CONFIG_JWT_SECRET,
  };
}

/** Whether what an address answers can be believed: nobody sits between. */
export function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== "" || password !== "" || hash !== "") return false;
  const isOwn =
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
  return protocol === "https:" || (protocol === "http:" && isOwn);
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
