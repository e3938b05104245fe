import { expect, test } from "vitest";

import { takeCallOptions } from "./request-options.ts";

const refusedAt = (path: string) =>
  expect.objectContaining({ code: "INPUT_INVALID", issues: [expect.objectContaining({ path })] });
const refusalOf = (options: unknown) => {
  try {
    takeCallOptions(options);
    return undefined;
  } catch (error) {
    return error;
  }
};

test.each([
  ..."Content-Length Transfer-Encoding Content-Encoding Content-Type Accept Accept-Encoding".split(" "),
  ..."Connection Keep-Alive Upgrade Expect Host TE Trailer HTTP2-Settings".split(" "),
  ..."Proxy-Authorization Proxy-Connection Sec-Fetch-Mode Cookie".split(" "),
  ..."X-API-Key Authorization Anthropic-Version".split(" "),
])("the header %s is not the caller's to set", (name) => {
  expect(refusalOf({ headers: { [name]: "1" } })).toEqual(refusedAt(`headers.${name.toLowerCase()}`));
  expect(refusalOf({ headers: new Headers([[name, "1"]]) })).toEqual(
    refusedAt(`headers.${name.toLowerCase()}`),
  );
});

test.each<[unknown, string]>([
  [null, "options"],
  ["x", "options"],
  [() => {}, "options"],
  [{ timeout: 1 }, "timeout"],
  [{ maxRetries: 0 }, "maxRetries"],
  [{ query: { a: 1 } }, "query"],
  [{ signal: null }, "signal"],
  [{ signal: "x" }, "signal"],
  [{ signal: { aborted: true } }, "signal"],
  [{ headers: null }, "headers"],
  [{ headers: "x" }, "headers"],
  [{ headers: [["x", "1"]] }, "headers"],
  [{ headers: new Map([["x", "1"]]) }, "headers"],
  [{ tags: null }, "tags"],
  [{ tags: "ab" }, "tags"],
  [{ tags: ["a"] }, "tags"],
  [{ tags: new Map([["a", "b"]]) }, "tags"],
  [{ tags: { a: "\u001aics_abcdef" } }, "tags.a"],
  [{ label: null }, "label"],
  [{ label: 5 }, "label"],
])("options %j are refused at their path", (options, path) => {
  expect(refusalOf(options)).toEqual(refusedAt(path));
});

test("headers may come as Headers, and count the same", () => {
  const given = { "Anthropic-Beta": "context-1m", "x-mine": "1" };
  const headers = { "anthropic-beta": "context-1m", "x-mine": "1" };
  expect(takeCallOptions({ headers: given })).toEqual({ headers });
  expect(takeCallOptions({ headers: new Headers(given) })).toEqual({ headers });
});

test("what was checked is what counts, whatever becomes of it", () => {
  const given = { headers: { x: "1" } as Record<string, string>, tags: { feature: "a" }, label: "one" };
  const taken = takeCallOptions(given);
  given.headers["x-api-key"] = "mine";
  given.tags.feature = "b".repeat(1_000);
  given.label = "two";
  expect(taken).toEqual({ headers: { x: "1" }, tags: { feature: "a" }, label: "one" });
});

test("options that are not there are none", () => {
  const { signal } = new AbortController();
  expect(takeCallOptions(undefined)).toEqual({});
  expect(takeCallOptions({ signal, headers: undefined, tags: undefined, label: undefined })).toEqual({
    signal,
  });
});
