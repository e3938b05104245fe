import type { PartialConfiguration } from "./configuration.ts";

type Sections = Record<string, Record<string, unknown>>;

/**
 * The merge patch that makes one layer of another: `applyPatch(from, patchBetween(from, to))` is `to`, with each
 * section that is left empty dropped. Fields that are the same in both are not part of it.
 */
export function patchBetween(from: PartialConfiguration, to: PartialConfiguration): Record<string, unknown> {
  const [old, wanted] = [from as Sections, to as Sections];
  const patch: Record<string, unknown> = {};
  for (const section of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
    const [before, after] = [old[section] ?? {}, wanted[section] ?? {}];
    if (Object.keys(after).length === 0) {
      if (section in old) patch[section] = null;
      continue;
    }
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(before)) if (!(name in after)) fields[name] = null;
    for (const [name, value] of Object.entries(after)) {
      if (JSON.stringify(before[name]) !== JSON.stringify(value)) fields[name] = value;
    }
    if (Object.keys(fields).length > 0) patch[section] = fields;
  }
  return patch;
}
