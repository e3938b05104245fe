const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const CHARACTERS = new Map(Object.entries(ESCAPES).map(([character, written]) => [written, character]));

/** A text as it is written on one line: a line break as \n, a backslash as two. */
export function escapeText(text: string): string {
  return text.replaceAll(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}

/** What was meant by a text written on one line. A backslash before anything else is just a backslash. */
export function unescapeText(written: string): string {
  return written.replaceAll(/\\[\\nrt]/g, (pair) => CHARACTERS.get(pair) ?? pair);
}

/** Texts in a sentence, each in quotes, so that blanks and commas of their own can be told. */
export function quoteTexts(texts: readonly unknown[]): string {
  return texts.map((text) => `“${escapeText(String(text))}”`).join(", ");
}
