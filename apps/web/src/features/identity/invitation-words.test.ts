import { expect, test } from "vitest";
import { joinPath, refusalText, suggestsDefault } from "./invitation-words.ts";

test("a refused link says why, and for whom it is not", () => {
  expect(refusalText("used", "kim@example.com")).toContain("already");
  expect(refusalText("expired", "kim@example.com")).toContain("expired");
  expect(refusalText("other_address", "kim@example.com")).toContain("kim@example.com");
});

test("an organization becomes the default where the present one is the person's alone", () => {
  expect(suggestsDefault([])).toBe(true);
  expect(suggestsDefault([{ isDefault: true, memberCount: 1 }])).toBe(true);
  expect(
    suggestsDefault([
      { isDefault: false, memberCount: 1 },
      { isDefault: true, memberCount: 4 },
    ]),
  ).toBe(false);
});

test("a token keeps its characters in the address", () => {
  expect(new URL(joinPath("a&b=c+d"), "http://localhost").searchParams.get("invitation")).toBe("a&b=c+d");
});
