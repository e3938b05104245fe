import { FIELDS, type FieldDefinition } from "@ai-config/config-core";
import fc from "fast-check";

const fields = FIELDS.filter((field) => field.writable);

export function validValue(field: FieldDefinition): fc.Arbitrary<unknown> {
  const { min = 0, max = 1, maxItems = 3, maxLength = 100 } = field;
  switch (field.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min, max });
    case "number":
      return fc.double({ min, max, noNaN: true });
    case "numbers":
      return fc.uniqueArray(fc.double({ min, max, noNaN: true }), {
        maxLength: maxItems,
        comparator: "SameValueZero",
      });
    case "strings":
      return fc.array(
        storableText({ minLength: 1, maxLength: maxLength - 1 }).map((text) => `${text}.`),
        { maxLength: maxItems },
      );
    case "choice_or_integer":
      return fc.oneof(
        fc.constantFrom(...(field.options ?? []).map((option) => option.value)),
        fc.integer({ min, max }),
      );
    case "string":
      return field.options
        ? fc.constantFrom(...field.options.map((option) => option.value))
        : storableText({ minLength: 1, maxLength });
  }
}

/** Text that jsonb can hold: no NUL, no half of a surrogate pair. */
function storableText(constraints: fc.StringConstraints): fc.Arbitrary<string> {
  return fc.string({ unit: "binary", ...constraints }).map((text) => text.replaceAll("\u0000", "x"));
}

function layerOf(values: [FieldDefinition, unknown][]): Record<string, Record<string, unknown>> {
  const layer: Record<string, Record<string, unknown>> = {};
  for (const [field, value] of values) {
    layer[field.section] ??= {};
    Object.assign(layer[field.section] ?? {}, { [field.name]: value });
  }
  return layer;
}

const entry = fc.constantFrom(...fields).chain((field) => fc.tuple(fc.constant(field), validValue(field)));

/** Layers that the product may store. */
export const layer = fc.array(entry, { maxLength: 12 }).map(layerOf);

export const validLayer = layer.map((value) => JSON.stringify(value));

const hostileNumber = fc.constantFrom(
  "1e400",
  "-1e400",
  "1e-400",
  "-1e-400",
  "-0",
  "9007199254740993",
  "1.0000000000000000000001",
  "128000.5",
  "-1",
  "0.10000000000000000000000000000000001",
  "1e308",
  "4294967296",
);

const hostileValue = fc.oneof(
  hostileNumber,
  fc.constantFrom(
    "null",
    "true",
    "[]",
    "{}",
    '""',
    '"1"',
    '"NaN"',
    "[0.5,0.5]",
    "[0,-0]",
    "[null]",
    "[[1]]",
    '[""]',
    '[" \\t"]',
    '["END"]',
    '"off"',
    "1024",
    "1023",
    '[0.5,"1"]',
    '"sk-ant-api03-abcdef"',
    '"aics_LJQkKIqg"',
    '["aics_LJQkKIqg"]',
    '"sk-ant-…x7Qp"',
    // Around the limits of texts, in signs that are one character and two units.
    ...[32, 33, 50, 51, 100, 101].flatMap((length) => {
      const text = JSON.stringify("😀".repeat(length));
      return [text, `[${text}]`];
    }),
  ),
  storableText({ maxLength: 120 }).map((text) => JSON.stringify(text)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc
    .array(fc.double({ min: -0.5, max: 1.5, noNaN: true }), { maxLength: 12 })
    .map((list) => JSON.stringify(list)),
  fc.json({ maxDepth: 3, stringUnit: "grapheme-ascii" }),
);

const name = fc.oneof(
  fc.constantFrom(...fields.map((field) => field.name)),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "primaryKey",
    "keyVersion",
    "capabilities",
    "",
    "MODEL",
    "sk-ant-api03-abcdef",
    "aics_LJQkKIqg",
  ),
);

const section = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...new Set(fields.map((field) => field.section))) },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "capabilities", "prototype", "extra") },
);

const withRightName = fc
  .constantFrom(...fields)
  .chain((field) => hostileValue.map((value) => `{"${field.section}":{"${field.name}":${value}}}`));

/** JSON texts that are mostly nearly right. Written by hand, because JSON.stringify knows no 1e400. */
export const hostileLayer = fc.oneof(
  { weight: 5, arbitrary: withRightName },
  {
    weight: 2,
    arbitrary: fc
      .tuple(section, name, hostileValue)
      .map(([where, what, value]) => `{${JSON.stringify(where)}:{${JSON.stringify(what)}:${value}}}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(section, hostileValue).map(([where, value]) => `{${JSON.stringify(where)}:${value}}`),
  },
  { weight: 1, arbitrary: hostileValue },
);
