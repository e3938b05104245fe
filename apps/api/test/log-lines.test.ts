import { expect, test } from "vitest";

import { hostileStrings } from "./support/hostile-strings.ts";
import { Person } from "./support/person.ts";
import { startApi } from "./support/start-api.ts";

test("T26: whatever is in an address, a header or a body, the log has a line for a request, and no line of a caller's", async () => {
  await using api = await startApi();
  const dana = new Person(api.url);
  await dana.signUp("dana@example.com");
  const forged = '"}\r\n{"level":60,"msg":"forged"}\n';
  const texts = [...hostileStrings.filter((text) => text.length < 500 && text.isWellFormed()), forged];
  const before = api.logged().split("\n").length;
  for (const text of texts) {
    const written = encodeURIComponent(text);
    const { headers } = await dana.send("GET", `/api/${written}?${written}=${written}`, {
      headers: { "x-request-id": written.slice(0, 300), "user-agent": written },
    });
    expect(headers.get("x-request-id")).toMatch(/^[\x21-\x7e]{1,200}$/);
  }
  const lines = api
    .logged()
    .split("\n")
    .slice(before - 1, -1);
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "request");
  expect(requests).toHaveLength(texts.length);
  expect(requests.filter(({ msg, level }) => msg === "forged" || level > 50)).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a log must not hold.
  expect(lines.filter((line) => /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(line))).toEqual(
    [],
  );
});
