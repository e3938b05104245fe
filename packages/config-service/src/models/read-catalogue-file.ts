import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { AIConfigError, type CatalogueFile, parseCatalogueFile } from "@ai-config/config-core";

/**
 * Reads the operator's additions to the model catalogue. Throws INPUT_INVALID naming the variable and the file,
 * with every problem: prices that are half understood would be worse than none.
 */
export function readCatalogueFile(path: string): CatalogueFile {
  const parsed = parseCatalogueFile(readJson(path));
  if (parsed.success) return parsed.data;
  const problems = parsed.errors.map((issue) => `${issue.path || "the file"}: ${issue.message}`);
  throw new AIConfigError("INPUT_INVALID", {
    message: `${nameOf(path)}: ${problems.join(" ")}`,
    issues: parsed.errors,
  });
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw refused(path, `the file cannot be read (${reason}). Check the path and its rights.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw refused(path, "the file is not JSON. Check it with a JSON tool.");
  }
}

function refused(path: string, reason: string): AIConfigError {
  return new AIConfigError("INPUT_INVALID", { message: `${nameOf(path)}: ${reason}` });
}

/** A relative path depends on the folder that the process started in, which nobody remembers. */
function nameOf(path: string): string {
  return `AI_CONFIG_CATALOGUE: ${resolve(path)}`;
}
