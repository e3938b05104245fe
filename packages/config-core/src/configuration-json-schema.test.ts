import { expect, test } from "vitest";

import { configurationJsonSchema } from "./configuration-json-schema.ts";
import { configName, DEFAULT_AI_CONFIGURATION, FIELDS } from "./index.ts";
import { readField } from "./read-field.ts";

const schema = configurationJsonSchema();

test.each(FIELDS)("the JSON Schema says of $path what the registry says", (field) => {
  const described = Reflect.get(propertiesOf(propertiesOf(schema)[field.section]), field.name);
  expect(described).toMatchObject({ title: field.label, description: field.help });
  const bounds = { minimum: field.min, maximum: field.max };
  if (field.type === "number") expect(described).toMatchObject({ type: "number", ...bounds });
  if (field.type === "integer") expect(described).toMatchObject({ type: "integer", ...bounds });
  if (field.type === "numbers") {
    expect(described).toMatchObject({
      maxItems: field.maxItems,
      uniqueItems: true,
      items: { type: "number", ...bounds },
    });
  }
  const words = field.options && { enum: field.options.map((option) => option.value) };
  if (field.type === "choice_or_integer")
    expect(described).toMatchObject({ anyOf: [words, { type: "integer", ...bounds }] });
  else if (words) expect(described).toMatchObject(words);
  if (!field.writable) expect(described).toMatchObject({ readOnly: true });
  const value = readField(DEFAULT_AI_CONFIGURATION, field.path);
  expect((described as { default?: unknown }).default).toEqual(value);
});

test("the JSON Schema refuses unknown fields and asks for every section", () => {
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    additionalProperties: false,
    required: ["model", "rateLimiting", "retryStrategy", "costBudget", "apiKeys", "timeouts"],
  });
  expect(propertiesOf(schema).model).toMatchObject({ additionalProperties: false });
});

test.each(["default", "A", "night shift", "v1.2:eu_west-1", "a".repeat(64)])(
  "%j names a configuration",
  (name) => {
    expect(configName.safeParse(name)).toEqual({ success: true, data: name });
  },
);

test.each(["", " a", "-a", "a/b", "a\n", "é", "a".repeat(65), "<b>", "__proto__", 7, null])(
  "%j does not",
  (name) => {
    expect(configName.safeParse(name).success).toBe(false);
  },
);

test("names that look alike are the same name", () => {
  // U+212A, the sign for kelvin, is K in normal form.
  expect(configName.parse("\u212A")).toBe("K");
});

function propertiesOf(value: unknown): Record<string, unknown> {
  return (value as { properties: Record<string, unknown> }).properties;
}
