import { fieldAt } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { boundsText, withinBounds } from "./policy-texts.ts";

const maxTokens = fieldAt("model.maxTokens");
const topP = fieldAt("model.topP");
if (!maxTokens || !topP) throw new Error("The registry has both.");

test("bounds are told with their unit and with who set them", () => {
  expect(boundsText(maxTokens, { max: 8192 }, "Acme")).toBe("Acme allows at most 8,192 tokens.");
  expect(boundsText(maxTokens, { min: 1024, onBreach: "refuse" }, "Acme")).toBe(
    "Acme allows at least 1,024 tokens.",
  );
  expect(boundsText(topP, { min: 0, max: 0.5 }, "Acme")).toBe("Acme allows 0 to 0.5.");
  expect(boundsText(topP, { lock: 0.5 }, "Acme")).toBeUndefined();
  expect(boundsText(topP, undefined, "Acme")).toBeUndefined();
});

test("a policy narrows a control and never widens it", () => {
  expect(withinBounds(maxTokens, { max: 8192 })).toMatchObject({ min: 1, max: 8192 });
  expect(withinBounds(topP, { min: 0.2, max: 0.5 })).toMatchObject({ min: 0.2, max: 0.5 });
  expect(withinBounds(topP, { lock: 0.5 })).toBe(topP);
});
