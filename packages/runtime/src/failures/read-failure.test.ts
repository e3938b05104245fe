import { APIConnectionError, APIError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";

import { readFailure } from "./read-failure.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 12);
const dateIn = (ms: number) => new Date(NOW + ms).toUTCString();

test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ "retry-after": "7" }, 7_000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "0" }, undefined],
  [{ "retry-after": "-5" }, undefined],
  [{ "retry-after": "1e3" }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "86400" }, DAY_MS],
  [{ "retry-after": "86401" }, DAY_MS],
  [{ "retry-after": "9".repeat(23) }, DAY_MS],
  [{ "retry-after": "9".repeat(400) }, DAY_MS],
  [{ "retry-after": dateIn(400 * DAY_MS) }, DAY_MS],
  [{ "retry-after-ms": "9".repeat(23) }, DAY_MS],
  [{ "retry-after": dateIn(30_000) }, 30_000],
  [{ "retry-after": dateIn(-30_000) }, undefined],
  [{ "retry-after-ms": "1500" }, 1_500],
  [{ "retry-after-ms": "1500", "retry-after": "2" }, 1_500],
  [{ "retry-after-ms": "soon", "retry-after": "2" }, 2_000],
])("what %j asks to wait", (headers, ms) => {
  const error = APIError.generate(429, {}, "Too many.", new Headers(headers));
  expect(readFailure(error, NOW)?.retryAfterMs).toBe(ms);
});

const failed = (...codes: (string | undefined)[]) => {
  const cause = codes.reduceRight<Error | undefined>(
    (inner, code) => Object.assign(new TypeError("fetch failed", { cause: inner }), code && { code }),
    undefined,
  );
  return new APIConnectionError({ cause: cause as Error });
};

test.each<[string, Error, "unsendable" | "connection"]>([
  ["a header that is refused", failed(undefined, "UND_ERR_INVALID_ARG"), "unsendable"],
  ["a header that is not supported", failed(undefined, "UND_ERR_NOT_SUPPORTED"), "unsendable"],
  ["a length that is not true", failed("UND_ERR_REQ_CONTENT_LENGTH_MISMATCH"), "unsendable"],
  ["a refusal of a wrapped fetch", failed(undefined, undefined, "UND_ERR_INVALID_ARG"), "unsendable"],
  ["a connection that broke", failed(undefined, "ECONNRESET"), "connection"],
  ["a socket that was closed", failed(undefined, "UND_ERR_SOCKET"), "connection"],
  ["no further cause", failed(undefined), "connection"],
])("%s is what it is", (_, error, kind) => {
  const isOutage = kind === "connection";
  expect(readFailure(error, NOW)).toMatchObject({ kind, isOutage, retry: isOutage ? "strategy" : "never" });
});

test("a cause that holds itself is an end", () => {
  const circle = new Error("circle");
  circle.cause = circle;
  expect(readFailure(new APIConnectionError({ cause: circle }), NOW)?.kind).toBe("connection");
});
