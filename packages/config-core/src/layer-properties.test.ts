import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  AVAILABLE_MODELS,
  compareLayers,
  DEFAULT_AI_CONFIGURATION,
  FIELDS,
  type FieldDefinition,
  findInconsistencies,
  type Layer,
  type LayerSource,
  mergeLayers,
  type PartialConfiguration,
  resolveConfiguration,
  validateAIConfiguration,
  validateLayer,
  validatePatch,
} from "./index.ts";
import { readField } from "./read-field.ts";

describe("resolveConfiguration", () => {
  test("the configuration can be rebuilt from the explanation, whatever the layers hold", () => {
    fc.assert(
      fc.property(layersOf(fc.oneof(partialConfiguration(), hostileJson())), (layers) => {
        const { configuration, fields } = resolveConfiguration(layers);
        const ordered = layers.toSorted(compareLayers).toReversed();
        for (const { path } of FIELDS) {
          const { value, source, hidden } = fields[path];
          expect(readField(configuration, path)).toEqual(value);
          const sources = [source, ...hidden.map((item) => item.source)];
          expect(sources.at(-1)).toBe("defaults");
          const ids = [fields[path].layer.id, ...hidden.map((item) => item.layer.id)].slice(0, -1);
          expect(ids).toEqual(ordered.map((layer) => layer.id).filter((id) => ids.includes(id)));
          for (const item of [fields[path], ...hidden].slice(0, -1)) {
            const layer = layers.find(({ id }) => id === item.layer.id);
            expect(readField(layer?.values, path)).toEqual(item.value);
          }
        }
      }),
    );
  });

  test("does not depend on the order in which layers arrive", () => {
    const shuffled = layersOf(partialConfiguration()).chain((layers) =>
      fc.tuple(fc.constant(layers), fc.shuffledSubarray(layers, { minLength: layers.length })),
    );
    fc.assert(
      fc.property(shuffled, ([layers, others]) => {
        expect(resolveConfiguration(others)).toEqual(resolveConfiguration(layers));
      }),
    );
  });

  test("agrees with mergeLayers on the values of valid layers", () => {
    fc.assert(
      fc.property(layersOf(partialConfiguration()), (layers) => {
        const sorted = layers.toSorted(compareLayers).map((layer) => layer.values as PartialConfiguration);
        const merged = mergeLayers(sorted);
        const { fields } = resolveConfiguration(layers);
        for (const { path } of FIELDS) {
          const own = readField(merged, path);
          expect(fields[path].value).toEqual(own ?? readField(DEFAULT_AI_CONFIGURATION, path));
          expect(fields[path].source === "defaults").toBe(own === undefined);
        }
      }),
    );
  });

  test("never throws, and what it gives is valid but for contradictions, which it reports", () => {
    fc.assert(
      fc.property(layersOf(fc.oneof(hostileJson(), fc.anything())), (layers) => {
        const { configuration, problems } = resolveConfiguration(layers);
        const checked = validateAIConfiguration(configuration);
        const contradictions = findInconsistencies(configuration);
        expect(checked.success ? [] : checked.errors).toEqual(contradictions);
        expect(problems).toEqual(expect.arrayContaining(contradictions));
        expect(JSON.stringify(problems)).not.toContain("api03-abcdef");
      }),
      { numRuns: 300 },
    );
  });
});

describe("mergeLayers", () => {
  test("is associative, has the empty layer as its unit, and gives a valid layer", () => {
    fc.assert(
      fc.property(partialConfiguration(), partialConfiguration(), partialConfiguration(), (a, b, c) => {
        const merged = mergeLayers([a, b, c]);
        expect(mergeLayers([mergeLayers([a, b]), c])).toEqual(merged);
        expect(mergeLayers([a, mergeLayers([b, c])])).toEqual(merged);
        expect(mergeLayers([{}, a, {}])).toEqual(a);
        expect(validateLayer(merged)).toEqual({ success: true, data: merged });
      }),
    );
  });
});

test("any part of a configuration, valid field by field, is a layer", () => {
  fc.assert(
    fc.property(partialConfiguration(), (layer) => {
      expect(validateLayer(layer)).toEqual({ success: true, data: layer });
    }),
  );
});

describe.each([
  ["validateAIConfiguration", validateAIConfiguration],
  ["validateLayer", validateLayer],
  ["validatePatch", validatePatch],
] as const)("%s", (_, validate) => {
  test("never throws, and what it accepts is made of known fields only", () => {
    const paths = new Set<string>(FIELDS.map((field) => field.path));
    fc.assert(
      fc.property(
        fc.oneof(
          hostileJson(),
          fc.anything({ withSparseArray: true, withBigInt: true, withDate: true, withMap: true }),
        ),
        (value) => {
          const checked = validate(value);
          if (!checked.success) {
            expect(checked.errors.length).toBeGreaterThan(0);
            return;
          }
          for (const [section, fields] of Object.entries(checked.data)) {
            for (const name of Object.keys(fields ?? {})) expect(paths).toContain(`${section}.${name}`);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Valid values of a field, drawn from its registry entry alone. */
function fieldValue({
  control,
  type,
  min,
  max,
  maxItems,
  maxLength,
  options,
}: FieldDefinition): fc.Arbitrary<unknown> {
  if (control === "model") return fc.constantFrom(...Object.keys(AVAILABLE_MODELS));
  if (control === "zone") return fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata");
  if (options && type === "string") return fc.constantFrom(...options.map((option) => option.value));
  if (type === "boolean") return fc.boolean();
  if (type === "integer") return fc.integer({ min, max });
  if (type === "choice_or_integer") {
    const words = (options ?? []).map((option) => option.value);
    return fc.oneof(fc.constantFrom(...words), fc.integer({ min, max }));
  }
  if (type === "strings") {
    const text = fc.string({ maxLength: (maxLength ?? 1) - 1 }).map((start) => `${start}.`);
    return fc.array(text, { maxLength: maxItems });
  }
  // Adding 0 turns -0 into 0, as JSON does.
  const number = fc.double({ min, max, noNaN: true }).map((value) => value + 0);
  return type === "numbers" ? fc.uniqueArray(number, { maxLength: maxItems }) : number;
}

/** Partial configurations whose fields are each valid. */
function partialConfiguration(): fc.Arbitrary<PartialConfiguration> {
  return fc
    .subarray(FIELDS.filter((field) => field.writable))
    .chain((fields) =>
      fc.tuple(...fields.map((field) => fieldValue(field).map((value) => ({ field, value })))),
    )
    .map((entries) => {
      const values: Record<string, Record<string, unknown>> = {};
      for (const { field, value } of entries) {
        values[field.section] = { ...values[field.section], [field.name]: value };
      }
      return values as PartialConfiguration;
    });
}

/** Layers with different ids, and ties in everything else. */
function layersOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<Layer[]> {
  const sources: LayerSource[] = ["environment", "organization", "experiment", "user", "policy"];
  const layer = fc.record({
    source: fc.constantFrom(...sources),
    values,
    id: fc.uuid(),
    name: fc.constantFrom("default", "night"),
    version: fc.integer({ min: 1, max: 9 }),
    priority: fc.integer({ min: -2, max: 2 }),
    createdAt: fc.constantFrom(
      "2026-01-01T00:00:00Z",
      "2026-01-01T00:00:00.1234Z",
      "2026-01-01T00:00:00.123Z",
    ),
  });
  return fc.uniqueArray(layer, { maxLength: 6, selector: (item) => item.id });
}

/** Values like those that JSON can carry, with the names and values that break careless code. */
function hostileJson(): fc.Arbitrary<unknown> {
  const key = fc.oneof(
    fc.constantFrom("__proto__", "constructor", "prototype", "toString", "capabilities"),
    fc.constantFrom(...FIELDS.flatMap((field) => [field.section, field.name, field.path])),
    fc.string({ unit: "binary" }),
  );
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, "", "0.5", "sk-ant-api03-abcdef", -1, 0.5, 1e308, Number.NaN, Infinity),
      fc.integer(),
      fc.double(),
      fc.string({ unit: "binary" }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc
        .array(fc.tuple(key, tie("value")), { maxLength: 6 })
        // `fromEntries` defines own properties, as JSON.parse does, so `__proto__` stays a name.
        .map((entries) => Object.fromEntries(entries)),
    ),
  })).value;
}
