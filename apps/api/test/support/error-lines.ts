import type { TestApi } from "./start-api.ts";

const ERROR = 50;

/** The lines that somebody on call would be woken for. */
export function errorLines(api: TestApi): string[] {
  return api
    .logged()
    .split("\n")
    .filter((line) => line !== "" && (JSON.parse(line) as { level: number }).level >= ERROR);
}
