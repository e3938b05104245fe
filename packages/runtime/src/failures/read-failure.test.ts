import { APIError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";

import { readFailure } from "./read-failure.ts";

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
  [{ "retry-after": "9".repeat(400) }, undefined],
  [{ "retry-after": dateIn(30_000) }, 30_000],
  [{ "retry-after": dateIn(-30_000) }, undefined],
  [{ "retry-after-ms": "1500" }, 1_500],
  [{ "retry-after-ms": "1500", "retry-after": "2" }, 1_500],
  [{ "retry-after-ms": "soon", "retry-after": "2" }, 2_000],
])("what %j asks to wait", (headers, ms) => {
  const error = APIError.generate(429, {}, "Too many.", new Headers(headers));
  expect(readFailure(error, NOW)?.retryAfterMs).toBe(ms);
});
