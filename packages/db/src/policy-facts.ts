import { BOUNDED_PATHS, DEFAULT_AI_CONFIGURATION, FIELDS } from "@ai-config/config-core";

/** What fields have where nobody set them: a bound reaches below every row. Read-only fields are not part of it. */
export function defaultConfigurationBody(): string {
  const defaults: Record<string, Record<string, unknown>> = {};
  for (const { section, name, writable } of FIELDS) {
    const value = (DEFAULT_AI_CONFIGURATION as unknown as Record<string, Record<string, unknown>>)[section]?.[
      name
    ];
    if (!writable || value === undefined) continue;
    defaults[section] ??= {};
    Object.assign(defaults[section], { [name]: value });
  }
  return ` select '${escaped(JSON.stringify(defaults))}'::jsonb `;
}

/** The fields whose value is one number. */
export function boundedPathsBody(): string {
  return ` select array[${[...BOUNDED_PATHS].map((path) => `'${escaped(path)}'`).join(", ")}] `;
}

function escaped(text: string): string {
  return text.replaceAll("'", "''");
}
