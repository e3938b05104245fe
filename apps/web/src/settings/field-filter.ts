import type { FieldDefinition } from "@ai-config/config-core";

/** Whether a field is meant by what was typed: every word must occur in its name, help, path or synonyms. */
export function matchesSearch(field: FieldDefinition, search: string): boolean {
  return matchesText(
    [field.label, field.path, field.help, field.unit ?? "", ...field.synonyms].join(" "),
    search,
  );
}

/** Whether every word that was typed occurs in a text. */
export function matchesText(text: string, search: string): boolean {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const folded = fold(text);
  return words.every((word) => folded.includes(word));
}

function fold(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
