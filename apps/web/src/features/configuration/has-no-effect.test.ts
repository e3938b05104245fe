import type { WarningCode } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { hasNoEffect } from "./has-no-effect.ts";

test.each<[WarningCode, boolean]>([
  ["sampling_one_of_two", true],
  ["sampling_not_supported", true],
  ["effort_not_supported", true],
  ["geo_not_supported", true],
  ["output_limit", false],
  ["model_deprecated", false],
  ["streaming_required", false],
])("%s: %s", (code, expected) => {
  expect(hasNoEffect({ path: "model.topP", code, message: "" })).toBe(expected);
});
