import { expect, test } from "vitest";
import { tooManyTries } from "./identity-words.ts";

test.each([
  [null, "a minute"],
  ["", "a minute"],
  ["soon", "a minute"],
  ["7", "a minute"],
  ["61", "2 minutes"],
  ["3540", "59 minutes"],
  ["5400", "2 hours"],
])("of a wait of %j it says %s", (header, words) => {
  expect(tooManyTries(header)).toBe(`Too many tries. Wait ${words}, then try again.`);
});
