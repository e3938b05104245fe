type Json = Record<string, unknown>;

/**
 * Applies a JSON merge patch (RFC 7396): objects merge, `null` removes, everything else replaces. Neither
 * argument is changed; what the patch leaves alone is shared with the target. It needs no stack, so that depth
 * cannot overflow it, and it never copies the name `__proto__`.
 */
export function applyPatch<T>(target: T, patch: unknown): T {
  if (!isObject(patch)) return patch as T;
  const result = copyOf(target);
  const work: { into: Json; patch: Json }[] = [{ into: result, patch }];
  for (let step = work.pop(); step !== undefined; step = work.pop()) {
    const { into } = step;
    for (const [key, value] of Object.entries(step.patch)) {
      if (key === "__proto__") continue;
      if (value === null) {
        delete into[key];
      } else if (isObject(value)) {
        const child = copyOf(into[key]);
        into[key] = child;
        work.push({ into: child, patch: value });
      } else {
        into[key] = value;
      }
    }
  }
  return result as T;
}

/** A shallow copy of an object; a fresh object for anything else, as the RFC asks. */
function copyOf(value: unknown): Json {
  const copy: Json = {};
  if (!isObject(value)) return copy;
  for (const [key, child] of Object.entries(value)) if (key !== "__proto__") copy[key] = child;
  return copy;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
