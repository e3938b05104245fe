/** One value that a change gave, took or replaced. Absent values are null. */
export interface AuditChange {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What every new row has, and its name, which the entry tells anyway: no news where a row comes or goes. */
const UNREMARKABLE: Readonly<Record<string, (value: unknown) => boolean>> = {
  configName: () => true,
  isActive: (value) => value === true,
  priority: (value) => value === 0,
};

/** What differs between two recorded states, field by field. Fields of a configuration go by their usual path. */
export function describeChanges(before: unknown, after: unknown): AuditChange[] {
  const [from, to] = [flatten(before), flatten(after)];
  const isWholeRow = from.size === 0 || to.size === 0;
  const changes: AuditChange[] = [];
  for (const path of new Set([...from.keys(), ...to.keys()])) {
    const [old, now] = [from.get(path) ?? null, to.get(path) ?? null];
    if (isWholeRow && UNREMARKABLE[path]?.(old ?? now)) continue;
    if (JSON.stringify(old) !== JSON.stringify(now)) changes.push({ path, from: old, to: now });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Two levels are all that a configuration has; `configuration` itself is only the envelope. */
function flatten(value: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, inner] of entriesOf(value)) {
    if (name === "configuration") for (const [path, field] of flatten(inner)) found.set(path, field);
    else if (isObject(inner))
      for (const [field, leaf] of entriesOf(inner)) found.set(`${name}.${field}`, leaf);
    else found.set(name, inner);
  }
  return found;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
