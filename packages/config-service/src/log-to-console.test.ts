import { afterEach, expect, test, vi } from "vitest";

import { logToConsole } from "./log-to-console.ts";

afterEach(() => void vi.restoreAllMocks());

test("warnings and errors go to the console with their details, and nothing else", () => {
  const said: unknown[][] = [];
  for (const level of ["log", "info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => void said.push([level, ...words]));
  }
  logToConsole("info", "Ready.");
  logToConsole("warn", "Late.", { code: "COSTS_LATE" });
  logToConsole("error", "Lost.");
  expect(said).toEqual([
    ["warn", "Late.", { code: "COSTS_LATE" }],
    ["error", "Lost."],
  ]);
});
