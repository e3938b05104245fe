import { expect, test } from "vitest";

import { isUnchanged } from "./entity-tag.ts";

const etag = '"abc"';

test.each<[ifNoneMatch: string | undefined, isSame: boolean]>([
  [undefined, false],
  ["", false],
  ['"abc"', true],
  ['W/"abc"', true],
  ['"xyz"', false],
  ['W/"xyz"', false],
  ['"xyz", "abc"', true],
  ['"xyz","abc"', true],
  ['"xyz" , W/"abc" , "uvw"', true],
  ['W/"xyz", W/"uvw"', false],
  ["*", true],
  [" * ", true],
  ['"*"', false],
  ['"x,"abc",y"', false],
  ['"a,b", "abc"', true],
  ['"xabc"', false],
  ["abc", false],
  ['w/"abc"', false],
  ['"abc', false],
  ['abc"', false],
  ['*, "xyz"', false],
  ['"abc" "xyz"', false],
])("If-None-Match: %s", (ifNoneMatch, isSame) => {
  expect(isUnchanged(ifNoneMatch, etag)).toBe(isSame);
});

test("a long list is read to its end, and what is no list not at all", () => {
  expect(isUnchanged(`${'"x", '.repeat(1000)}"abc"`, etag)).toBe(true);
  expect(isUnchanged(`"${'x", '.repeat(5000)}`, etag)).toBe(false);
});
