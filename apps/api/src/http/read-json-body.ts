import { AIConfigError } from "@ai-config/config-core";

/** The largest body that any route needs, in bytes. */
export const BODY_BYTES_MAX = 256 * 1024;
const DEPTH_MAX = 64;
const reservedKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads a JSON body and refuses what no honest client sends: other encodings, too many bytes, deep nesting,
 * reserved keys, NUL and lone surrogates. Answers the exact text, so that what is handled is what was checked.
 */
export async function readJsonBody(request: Request): Promise<{ text: string; value: unknown }> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") throw new AIConfigError("UNSUPPORTED_MEDIA_TYPE");
  const bytes = await readBytes(request);
  if (bytes.length === 0) return { text: "", value: undefined };
  const text = decode(bytes);
  if (depthOf(text) > DEPTH_MAX) throw malformed(`The body is nested deeper than ${DEPTH_MAX} levels.`);
  const value = parse(text);
  refuseHostile(value);
  return { text, value };
}

/** Stops reading at the limit, also when the length was not announced. */
async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) {
    throw new AIConfigError("REQUEST_TOO_LARGE");
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of request.body ?? []) {
      size += part.length;
      if (size > BODY_BYTES_MAX) throw new AIConfigError("REQUEST_TOO_LARGE");
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof AIConfigError) throw error;
    // Whoever sends it went away, or was cut off for being too slow.
    throw new AIConfigError("REQUEST_TIMEOUT", { cause: error });
  }
  return Buffer.concat(parts);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed("The body is not valid UTF-8.");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("The body is not valid JSON.");
  }
}

/** The depth of brackets outside of strings, found without recursion. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (isInString) {
      if (sign === "\\") index += 1;
      else if (sign === '"') isInString = false;
    } else if (sign === '"') isInString = true;
    else if (sign === "{" || sign === "[") deepest = Math.max(deepest, ++depth);
    else if (sign === "}" || sign === "]") depth -= 1;
  }
  return deepest;
}

/** The depth is bounded already, so recursion is safe. */
function refuseHostile(value: unknown): void {
  if (typeof value === "string") refuseText(value);
  else if (Array.isArray(value)) for (const item of value) refuseHostile(item);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      refuseText(key);
      if (reservedKeys.has(key)) throw malformed(`The key ${key} is reserved.`);
      refuseHostile(item);
    }
  }
}

function refuseText(text: string): void {
  if (text.includes("\0") || !text.isWellFormed()) {
    throw malformed("The body has text with characters that cannot be stored.");
  }
}

function malformed(message: string): AIConfigError {
  return new AIConfigError("INPUT_INVALID", { message, issues: [{ path: "", code: "malformed", message }] });
}
