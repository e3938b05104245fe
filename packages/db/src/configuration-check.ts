import {
  FIELDS,
  type FieldDefinition,
  LAYER_BYTES_MAX,
  SECRET_PATTERN,
  SECTIONS,
} from "@ai-config/config-core";

/**
 * The body of `private.config_problem`: what `validateLayer` refuses, in SQL. It answers "path: code" for the
 * first problem and never repeats a value, because PostgreSQL may print what it says.
 */
export function configurationCheckBody(): string {
  const writable = FIELDS.filter((field) => field.writable);
  const sections = SECTIONS.filter(({ name }) => writable.some((field) => field.section === name));
  const cases = [
    when("jsonb_typeof(c) is distinct from 'object'", "", "invalid_type"),
    when(`octet_length(c::text) > ${LAYER_BYTES_MAX}`, "", "too_large"),
    when(`c::text ~ ${literal(SECRET_PATTERN)}`, "", "secret_not_allowed"),
    when(
      `jsonb_path_exists(c, '$.** ? (@.type() == "object").keyvalue() ? (@.key == "__proto__" || @.key == "constructor" || @.key == "prototype")', '{}', true)`,
      "",
      "reserved_key",
    ),
    when(`c - ${list(sections.map(({ name }) => name))} <> '{}'`, "", "unknown_field"),
    ...sections.flatMap(({ name }) => {
      const fields = writable.filter((field) => field.section === name);
      const section = `c -> ${literal(name)}`;
      return [
        when(`jsonb_typeof(${section}) <> 'object'`, name, "invalid_type"),
        when(`(${section}) - ${list(fields.map((field) => field.name))} <> '{}'`, name, "unknown_field"),
        ...fields.map((field) =>
          when(
            `not ${condition(field, `${section} -> ${literal(field.name)}`)}`,
            field.path,
            "invalid_value",
          ),
        ),
      ];
    }),
  ];
  return `\n  select case\n${cases.map((line) => `    ${line}\n`).join("")}  end\n`;
}

/** Strictness of the helpers makes an absent field neither right nor wrong, so its case does not apply. */
function condition(field: FieldDefinition, value: string): string {
  switch (field.type) {
    case "boolean":
      return `private.json_is_boolean(${value})`;
    case "number":
      return `private.json_is_number(${value}, ${field.min}, ${field.max}, false)`;
    case "integer":
      return `private.json_is_number(${value}, ${field.min}, ${field.max}, true)`;
    case "numbers":
      return `private.json_is_number_set(${value}, ${field.min}, ${field.max}, ${field.maxItems})`;
    case "strings":
      return `private.json_is_text_list(${value}, ${field.maxItems}, ${field.maxLength})`;
    case "choice_or_integer":
      return `(private.json_is_option(${value}, ${list(optionsOf(field))}) or private.json_is_number(${value}, ${field.min}, ${field.max}, true))`;
    case "string":
      return field.options
        ? `private.json_is_option(${value}, ${list(optionsOf(field))})`
        : `private.json_is_text(${value}, 1, ${field.maxLength})`;
  }
}

function optionsOf(field: FieldDefinition): string[] {
  return (field.options ?? []).map((option) => option.value);
}

function when(test: string, path: string, code: string): string {
  return `when ${test} then '${path}: ${code}'`;
}

function list(words: readonly string[]): string {
  return `array[${words.map(literal).join(", ")}]`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
