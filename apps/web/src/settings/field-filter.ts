import type { FieldDefinition } from "@ai-config/config-core";

/** Whether a field is meant by what was typed: every word must occur in its name, help, path or synonyms. */
export function matchesSearch(field: FieldDefinition, search: string): boolean {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const text = fold([field.label, field.path, field.help, field.unit ?? "", ...field.synonyms].join(" "));
  return words.every((word) => text.includes(word));
}

function fold(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
