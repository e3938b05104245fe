import { expect, test } from "vitest";
import { escapeText, quoteTexts, unescapeText } from "./escaped-text.ts";

test.each([
  ["END", "END"],
  ["\n\nHuman:", String.raw`\n\nHuman:`],
  ["a\tb\r\n", String.raw`a\tb\r\n`],
  [String.raw`C:\new`, String.raw`C:\\new`],
  [String.raw`\d+`, String.raw`\\d+`],
  ["\\\n", String.raw`\\\n`],
  [" spaced ", " spaced "],
])("%j is written as %s, and read back as it was", (text, written) => {
  expect(escapeText(text)).toBe(written);
  expect(unescapeText(written)).toBe(text);
});

test("a backslash that begins no escape is taken as it is", () => {
  expect(unescapeText(String.raw`\d \ \u0041`)).toBe(String.raw`\d \ \u0041`);
});

test("texts in a sentence keep their blanks and commas to themselves", () => {
  expect(quoteTexts(["a, b", " END", "\n"])).toBe(String.raw`“a, b”, “ END”, “\n”`);
});
