import { pino } from "pino";
import { describe, expect, test } from "vitest";

import { startIssuer, type TestIssuer } from "../../../test/support/test-issuer.ts";
import { describedJwksUrl, findJwksUrl } from "./find-jwks-url.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import { createTokenVerifier } from "./verify-token.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Checks tokens of the issuer by a clock that a test moves, and says what came of it. */
function verifierFor({ settings }: TestIssuer) {
  let time = 0;
  let logged = "";
  const log = pino(
    { level: "trace" },
    {
      write: (line: string) => {
        logged += line;
      },
    },
  );
  const keys = createIssuerKeys({ findUrl: (signal) => findJwksUrl(settings, signal), log, now: () => time });
  const verify = createTokenVerifier({ settings, keys, log });
  return {
    verify: async (token: string): Promise<string> => {
      try {
        return (await verify(token))?.subject ?? "refused";
      } catch (error) {
        return (error as { code: string }).code;
      }
    },
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    logged: () => logged,
  };
}

describe("an issuer that changes its keys", () => {
  test("signs with a new one, which is taken at once where its keys were not just looked at", async () => {
    await using issuer = await startIssuer();
    const { verify, pass } = verifierFor(issuer);
    expect(await verify(await issuer.sign({ sub: "dana" }))).toBe("dana");

    const next = await issuer.makeKey("second");
    issuer.keys = [next.publicJwk, issuer.key.publicJwk];
    const token = await issuer.sign({ sub: "dana" }, { key: next });
    expect(await verify(token)).toBe("refused");
    pass(30 * SECOND);
    expect(await verify(token)).toBe("dana");
    expect(await verify(await issuer.sign({ sub: "kim" }))).toBe("kim");
    expect(issuer.fetches).toBe(2);
  });

  test("takes one back, which opens nothing any more ten minutes later", async () => {
    await using issuer = await startIssuer();
    const { verify, pass } = verifierFor(issuer);
    const token = await issuer.sign({ sub: "dana" });
    await verify(token);
    issuer.keys = [(await issuer.makeKey("second")).publicJwk];
    pass(10 * MINUTE);
    // The call that finds the keys old goes on with them, and has them looked at.
    await verify(token);
    await expect.poll(() => verify(token)).toBe("refused");
    expect(issuer.fetches).toBe(2);
  });

  test("is asked once for any number of tokens that name keys nobody has", async () => {
    await using issuer = await startIssuer();
    const { verify } = verifierFor(issuer);
    await verify(await issuer.sign({ sub: "dana" }));
    const tokens = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        issuer.sign({ sub: "dana" }, { header: { kid: `unknown ${n}` } }),
      ),
    );
    expect(new Set(await Promise.all(tokens.map(verify)))).toEqual(new Set(["refused"]));
    for (const token of tokens) expect(await verify(token)).toBe("refused");
    expect(issuer.fetches).toBe(1);
    expect(await verify(await issuer.sign({ sub: "dana" }))).toBe("dana");
  });

  test("is asked once for any number of tokens at the start", async () => {
    await using issuer = await startIssuer();
    const { verify } = verifierFor(issuer);
    const token = await issuer.sign({ sub: "dana" });
    const answers = await Promise.all(Array.from({ length: 50 }, () => verify(token)));
    expect(new Set(answers)).toEqual(new Set(["dana"]));
    expect(issuer.fetches).toBe(1);
  });
});

describe("an issuer that is away", () => {
  test.each([500, 503, 429, 404, 302, "hang"] as const)(
    "from the start (%s) refuses nobody: callers are to wait, and are let in when it is back",
    async (answer) => {
      await using issuer = await startIssuer();
      const { verify, pass, logged } = verifierFor(issuer);
      const token = await issuer.sign({ sub: "dana" });
      issuer.answer = answer;
      expect(await verify(token)).toBe("ISSUER_UNAVAILABLE");
      // Not asked again at once.
      issuer.answer = "keys";
      expect(await verify(token)).toBe("ISSUER_UNAVAILABLE");
      expect(issuer.fetches).toBe(1);
      pass(2 * SECOND);
      expect(await verify(token)).toBe("dana");
      expect(logged()).toContain("The issuer's keys could not be fetched.");
      expect(logged()).not.toContain(token);
    },
  );

  test("does not make a token good that says by itself that it is none", async () => {
    await using issuer = await startIssuer();
    issuer.answer = 500;
    const { verify } = verifierFor(issuer);
    for (const token of ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", ".."]) {
      expect(await verify(token)).toBe("refused");
    }
    expect(issuer.fetches).toBe(0);
  });

  test.each([500, "hang"] as const)(
    "later (%s) is not missed: the keys there are go on for a day",
    async (answer) => {
      await using issuer = await startIssuer();
      const { verify, pass } = verifierFor(issuer);
      const token = await issuer.sign({ sub: "dana" });
      await verify(token);
      issuer.answer = answer;
      for (const later of [10 * MINUTE, HOUR, 12 * HOUR]) {
        pass(later);
        expect(await verify(token)).toBe("dana");
      }
      const unknown = await issuer.sign({ sub: "dana" }, { header: { kid: "unknown" } });
      pass(MINUTE);
      expect(await verify(unknown)).toBe("ISSUER_UNAVAILABLE");
      expect(await verify(token)).toBe("dana");
      pass(24 * HOUR);
      expect(await verify(token)).toBe("ISSUER_UNAVAILABLE");
      issuer.answer = "keys";
      pass(2 * SECOND);
      expect(await verify(token)).toBe("dana");
    },
  );

  test.each([
    ["no keys", "{}"],
    ["keys that are none", '{"keys":"all"}'],
    ["no JSON", "<html>"],
    ["more than anybody has keys", JSON.stringify({ keys: [], padding: "x".repeat(600_000) })],
  ])("so is one that publishes %s", async (_name, body) => {
    await using issuer = await startIssuer();
    issuer.body = body;
    expect(await verifierFor(issuer).verify(await issuer.sign({ sub: "dana" }))).toBe("ISSUER_UNAVAILABLE");
  });
});

describe("where an issuer's keys are", () => {
  const { signal } = new AbortController();

  test("is as its description says, else where Supabase has them, else as it is set", async () => {
    await using issuer = await startIssuer();
    const { settings } = issuer;
    expect(await findJwksUrl(settings, signal)).toBe(`${settings.issuer}/keys`);
    issuer.description = null;
    expect(await findJwksUrl(settings, signal)).toBe(`${settings.issuer}/.well-known/jwks.json`);
    expect(await findJwksUrl({ ...settings, jwksUrl: "https://keys.example.com" }, signal)).toBe(
      "https://keys.example.com",
    );
  });

  test("with a slash at the end of its name, which stays part of the name", async () => {
    await using issuer = await startIssuer();
    const settings = { ...issuer.settings, issuer: `${issuer.settings.issuer}/` };
    issuer.description = { issuer: settings.issuer, jwks_uri: `${settings.issuer}keys` };
    expect(await findJwksUrl(settings, signal)).toBe(`${settings.issuer}keys`);
  });

  test("is not believed of a description that is another issuer's, incomplete or leads through the clear", async () => {
    await using issuer = await startIssuer();
    const { settings } = issuer;
    for (const description of [
      { issuer: "https://evil.example", jwks_uri: `${settings.issuer}/keys` },
      { issuer: `${settings.issuer}/`, jwks_uri: `${settings.issuer}/keys` },
      { issuer: settings.issuer, jwks_uri: "http://keys.example.com/keys" },
      { issuer: settings.issuer, jwks_uri: "file:///etc/passwd" },
      { issuer: settings.issuer },
      { jwks_uri: `${settings.issuer}/keys` },
      [],
    ]) {
      issuer.description = description;
      expect(await verifierFor(issuer).verify(await issuer.sign({ sub: "dana" }))).toBe("ISSUER_UNAVAILABLE");
    }
    expect(issuer.fetches).toBe(0);
  });

  test("is not believed of an issuer elsewhere that sends us to this machine", () => {
    const issuer = "https://issuer.example.com";
    const described = (url: string) => describedJwksUrl(issuer, { issuer, jwks_uri: url });
    expect(described("https://keys.example.com")).toBe("https://keys.example.com");
    for (const url of ["http://localhost:9200/", "http://127.0.0.1/", "http://keys.example.com"]) {
      expect(() => described(url)).toThrow("a jwks_uri that is not https");
    }
    const local = "http://localhost:8080";
    const describedHere = (url: string) => describedJwksUrl(local, { issuer: local, jwks_uri: url });
    expect(describedHere("http://127.0.0.1:8080/keys")).toBe("http://127.0.0.1:8080/keys");
    expect(() => describedHere("http://keys.example.com")).toThrow("a jwks_uri that is not https");
  });

  test("is not where it sends us on to", async () => {
    await using other = await startIssuer();
    await using issuer = await startIssuer();
    issuer.answer = { location: `${other.settings.issuer}/keys` };
    const token = await other.sign({ sub: "dana", iss: issuer.settings.issuer });
    expect(await verifierFor(issuer).verify(token)).toBe("ISSUER_UNAVAILABLE");
    expect(other.fetches).toBe(0);
  });

  test("has two seconds to be found and read, not two for each", async () => {
    await using issuer = await startIssuer();
    issuer.delayMs = 1_500;
    expect(await verifierFor(issuer).verify(await issuer.sign({ sub: "dana" }))).toBe("ISSUER_UNAVAILABLE");
    issuer.delayMs = 0;
    expect(await verifierFor(issuer).verify(await issuer.sign({ sub: "dana" }))).toBe("dana");
  });
});
