import type { Issue } from "./issue.ts";
import { containsSecret, SECRET_MESSAGE, withoutSecrets } from "./secret.ts";

/** The largest layer, as UTF-8 bytes of compact JSON. The database holds rows to the same number. */
export const LAYER_BYTES_MAX = 65_536;
const DEPTH_MAX = 10;
const RESERVED_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export interface Inspection {
  readonly issues: readonly Issue[];
  /** Whether a schema may look at the value: it is plain JSON of bounded depth and size. */
  readonly isReadable: boolean;
}

interface Node {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

/**
 * Looks through a whole value for what no schema should have to meet: depth and size without bound, objects
 * that are not plain, reserved names, and keys pasted into a text. It keeps its own stack, so that deep input
 * cannot exhaust ours.
 */
export function inspectJson(root: unknown): Inspection {
  const issues: Issue[] = [];
  const stack: Node[] = [{ value: root, path: "", depth: 0 }];
  let isReadable = true;
  let bytes = 0;

  const refuse = (path: string, code: Issue["code"], message: string) => {
    issues.push({ path, code, message });
    if (code === "too_large" || code === "invalid_type") isReadable = false;
  };

  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { value, path, depth } = node;
    if (!isJson(value)) {
      refuse(path, "invalid_type", "Must be plain JSON.");
    } else if (typeof value !== "object" || value === null) {
      if (typeof value === "string" && containsSecret(value)) {
        refuse(path, "secret_not_allowed", SECRET_MESSAGE);
      }
      bytes += leafBytes(value);
    } else if (depth === DEPTH_MAX) {
      refuse(path, "too_large", `Must not be nested deeper than ${DEPTH_MAX} levels.`);
    } else {
      const children = childrenOf(value, path, depth + 1, refuse);
      bytes += 2 + Math.max(0, children.length - 1);
      for (const child of children) {
        bytes += child.keyBytes;
        stack.push(child);
      }
    }
    if (bytes > LAYER_BYTES_MAX) {
      refuse("", "too_large", `Must be ${LAYER_BYTES_MAX.toLocaleString("en-US")} bytes of JSON or less.`);
      break;
    }
  }
  return { issues, isReadable };
}

/** The address of `key` below `path`. Keys come from outside, so they are shortened and never show a secret. */
export function joinPath(path: string, key: string): string {
  const shown = withoutSecrets(key).slice(0, 64);
  return path === "" ? shown : `${path}.${shown}`;
}

function childrenOf(
  value: object,
  path: string,
  depth: number,
  refuse: (path: string, code: Issue["code"], message: string) => void,
): (Node & { keyBytes: number })[] {
  if (Array.isArray(value)) {
    // An item takes a byte at least; a sparse list can claim four billion of them.
    if (value.length > LAYER_BYTES_MAX) {
      refuse(path, "too_large", `Must be ${LAYER_BYTES_MAX.toLocaleString("en-US")} values or less.`);
      return [];
    }
    return Array.from(value, (item: unknown, index) => {
      return { value: item, path: joinPath(path, String(index)), depth, keyBytes: 0 };
    });
  }
  const children = [];
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const childPath = joinPath(path, key);
    if (RESERVED_KEYS.has(key)) refuse(childPath, "reserved_key", `Must not use the name "${key}".`);
    if (containsSecret(key)) refuse(childPath, "secret_not_allowed", SECRET_MESSAGE);
    children.push({ value: child, path: childPath, depth, keyBytes: leafBytes(key) + 1 });
  }
  return children;
}

function isJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return true;
    case "object": {
      if (value === null || Array.isArray(value)) return true;
      const prototype: unknown = Object.getPrototypeOf(value);
      // A plain object of another realm has another Object.prototype, but nothing above it either.
      return prototype === null || Object.getPrototypeOf(prototype) === null;
    }
    default:
      return false;
  }
}

function leafBytes(value: unknown): number {
  const json = JSON.stringify(value);
  let bytes = 0;
  for (let index = 0; index < json.length; index += 1) {
    const unit = json.charCodeAt(index);
    // Half of a surrogate pair counts two of the pair's four bytes.
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}
