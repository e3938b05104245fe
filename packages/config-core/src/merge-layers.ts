import { FIELDS, type PartialConfiguration } from "./configuration.ts";
import { readField } from "./read-field.ts";

/**
 * Merges layers field by field; later ones win, lists are replaced whole, and a section appears only where a
 * field does. The database's `get_effective_ai_config` gives the same for the same layers.
 */
export function mergeLayers(layers: readonly PartialConfiguration[]): PartialConfiguration {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const { path, section, name, writable } of FIELDS) {
    const layer = writable && layers.findLast((candidate) => readField(candidate, path) !== undefined);
    if (layer) merged[section] = { ...merged[section], [name]: readField(layer, path) };
  }
  return merged as PartialConfiguration;
}
