import type { PartialConfiguration } from "./configuration.ts";

/**
 * Merges layers field by field; later ones win, lists are replaced whole, and a section appears only where a
 * field does. The database's `get_effective_ai_config` gives the same for the same layers.
 */
export function mergeLayers(layers: readonly PartialConfiguration[]): PartialConfiguration {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const layer of layers) {
    for (const [section, fields] of Object.entries(layer)) {
      for (const [name, value] of Object.entries(fields ?? {})) {
        if (value === undefined) continue;
        merged[section] ??= {};
        merged[section][name] = value;
      }
    }
  }
  return merged as PartialConfiguration;
}
