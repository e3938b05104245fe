import { configName, containsSecret, withoutSecrets } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { clientAddress } from "../src/http/client-address.ts";
import { isUnchanged } from "../src/http/entity-tag.ts";
import { nameInput, oneLineOf } from "../src/http/name-input.ts";
import { emailInput } from "../src/identity/email-input.ts";

/** What makes a pattern that tries every way take for ever: much that fits, and an end that does not. */
const beginnings = [
  "a",
  "1",
  " ",
  "-",
  ".",
  "a.",
  "a@",
  "sk-ant-",
  "sk-ant-a",
  "eyJ",
  "aics_",
  '"',
  'W/"',
  ",",
  "[",
  "{",
  "%",
  "\\",
  "/",
  "é",
  "😀",
];
const endings = ["", "!", "\u0000", " ", "@", "\n", "\ud800"];
const texts = beginnings.flatMap((beginning) =>
  endings.map((ending) => beginning.repeat(Math.ceil(100_000 / beginning.length)) + ending),
);

// A pattern that goes back and forth does not end within the time that a test may take.
test.each([
  ["a configuration's name", (text: string) => configName.safeParse(text).success],
  ["a person's or an organization's name", (text: string) => nameInput.safeParse(text).success],
  ["an address", (text: string) => emailInput.safeParse(text).success],
  ["a text from elsewhere", (text: string) => oneLineOf(text, 100)],
  ["a search for keys", (text: string) => containsSecret(text)],
  ["taking keys out", (text: string) => withoutSecrets(text)],
  ["a list of proxies", (text: string) => clientAddress("10.0.0.1", text, 3)],
  ["a list of tags", (text: string) => isUnchanged(text, '"tag"')],
])("T27: %s takes a hundred thousand signs as easily as a few", (_name, read) => {
  for (const text of texts) read(text);
  expect(texts.length).toBeGreaterThan(100);
});
