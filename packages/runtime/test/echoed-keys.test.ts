import { inspect } from "node:util";

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ask, type GovernedTest, makeKey, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  retryStrategy: { maxRetries: 1 },
  rateLimiting: { requestsPerMinute: 100_000, burstAllowance: 1_000 },
};

interface Echo {
  readonly status: number;
  readonly shape: "json" | "text" | "broken" | "event" | "thrown" | "message";
  readonly before: string;
  readonly after: string;
}

const echoes: fc.Arbitrary<Echo> = fc.record({
  status: fc.constantFrom(200, 400, 401, 403, 404, 429, 500, 529),
  shape: fc.constantFrom("json", "text", "broken", "event", "thrown", "message"),
  before: fc.constantFrom("", "req_", "bad key ", '{"', "x".repeat(195), "y".repeat(495), "Bearer "),
  after: fc.constantFrom("", '"', " is not known", "z".repeat(300)),
});

/** Whoever stands between us and Anthropic, repeating what it was sent wherever it can. */
function echoing({ status, shape, before, after }: Echo): typeof fetch {
  return async (_url, init) => {
    const sent = new Headers(init?.headers);
    const key = (sent.get("x-api-key") ?? sent.get("authorization") ?? "").replace("Bearer ", "");
    const said = `${before}${key}${after}`;
    const failed = { type: said, message: said, details: { error_code: said, [said]: said } };
    if (shape === "thrown") {
      const cause = Object.assign(new Error(said, { cause: new SyntaxError(said) }), { code: said, said });
      throw Object.assign(new TypeError(said, { cause }), { headers: { authorization: said } });
    }
    const bodies = {
      json: JSON.stringify({ type: "error", error: failed, request_id: said }),
      text: said,
      broken: `{"type": "error", ${said}`,
      event: `event: error\ndata: ${JSON.stringify({ type: "error", error: failed })}\n\n`,
      message: JSON.stringify({ type: "message", id: said, model: said, stop_reason: said, content: [] }),
    };
    const type = shape === "event" ? "text/event-stream" : "application/json";
    return new Response(bodies[shape], {
      status,
      headers: { "content-type": type, "request-id": said, "anthropic-workspace-id": said, "x-sent": said },
    });
  };
}

const calls = ["create", "pieces", "stream", "count"] as const;

test("a key that is repeated to us is in no error and in no report", async () => {
  const key = makeKey();
  const userId = await governed.makeUser({ key, settings });
  await fc.assert(
    fc.asyncProperty(echoes, fc.constantFrom(...calls), async (echo, call) => {
      const service = Object.create(governed.ctx, { fetch: { value: echoing(echo) } });
      const { messages } = governed.restart({ service }).forUser(userId);
      const told: unknown[] = [];
      const tell = (what: unknown) => void told.push(what);
      const work = {
        create: async () => tell((await messages.create(ask)).governed),
        count: async () => tell((await messages.countTokens(ask)).governed),
        async pieces() {
          const stream = await messages.create({ ...ask, stream: true });
          stream.governed.then(tell, tell);
          for await (const _ of stream);
        },
        async stream() {
          const stream = messages.stream(ask);
          stream.governed.then(tell, tell);
          await stream.finalMessage();
        },
      };
      const from = governed.ledger.length;
      await work[call]().catch(tell);
      told.push(...governed.ledger.slice(from));
      expect(told.length).toBeGreaterThan(0);
      for (const one of told) expect(shown(one)).not.toContain(key);
    }),
    { numRuns: 150 },
  );
});

/** Everything that whoever logs it could write. */
function shown(what: unknown): string {
  const { stack = "", ...rest } = what instanceof Error ? { stack: what.stack, ...what } : {};
  const all = { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true };
  return [String(what), JSON.stringify(what), stack, JSON.stringify(rest), inspect(what, all)].join("\n");
}

test("a request id is told in full, and what is in its place only in part", async () => {
  const userId = await governed.makeUser({ settings });
  const errorWith = async (id: string) => {
    const fetch = async () => Response.json({}, { status: 400, headers: { "request-id": id } });
    const service = Object.create(governed.ctx, { fetch: { value: fetch } });
    return governed
      .restart({ service })
      .forUser(userId)
      .messages.create(ask)
      .catch((error) => error);
  };
  const id = "req_011CSHoEeqs5C35K2UUqR7Fy";
  expect(await errorWith(id)).toMatchObject({
    details: { requestId: id, attempts: [{ requestId: id }] },
    cause: { name: "BadRequestError" },
  });
  const cut = "x".repeat(200);
  expect(await errorWith("x".repeat(5_000))).toMatchObject({
    details: { requestId: cut, attempts: [{ requestId: cut }] },
  });
});
