import { AVAILABLE_MODELS, type Policy } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { effectiveOf } from "../../testing/effective.ts";
import { checkExtras } from "./check-extras.ts";
import { extrasOf } from "./extras.ts";
import { promptSize } from "./prompt-size.ts";

const only: Policy = { allowedModels: ["claude-haiku-5-5"] };
const messages: unknown[] = [];

function check(more: object, policy: Policy | null = only): void {
  const params = { messages, ...more };
  checkExtras(extrasOf(params, promptSize(params)), effectiveOf({}, policy), AVAILABLE_MODELS);
}

function refusal(path: string, code = "policy_model") {
  return expect.objectContaining({
    code: "INPUT_INVALID",
    issues: [expect.objectContaining({ path: `params.${path}`, code })],
  });
}

test.each([
  ["fallbacks.0.model", { fallbacks: [{ model: "claude-fable-5" }] }],
  ["fallbacks.1.model", { fallbacks: [{ model: "claude-haiku-5-5" }, { model: "claude-of-tomorrow" }] }],
  ["fallbacks", { fallbacks: "default" }],
  ["tools.1.model", { tools: [{ name: "x" }, { type: "advisor_20260301", model: "claude-fable-5" }] }],
  ["tools.0.model", { tools: [{ type: "tool_of_tomorrow", model: "claude-fable-5" }] }],
  ["tools.0.config.model", { tools: [{ type: "tool_of_tomorrow", config: { model: "claude-fable-5" } }] }],
  ["tomorrow.0.deep.model", { tomorrow: [{ deep: { model: "claude-fable-5" } }] }],
  [
    "messages.model",
    {
      messages: [
        {
          role: "system",
          content: [
            { type: "tool_addition", tool: { definition: { type: "advisor", model: "claude-fable-5" } } },
          ],
        },
      ],
    },
  ],
])("%s names a model that the organization does not allow", (path, more) => {
  expect(() => check(more)).toThrow(refusal(path));
  expect(() => check(more, null)).not.toThrow();
  expect(() => check(more, {})).not.toThrow();
});

test("a model that the organization allows may be named by any of its names", () => {
  const policy = { allowedModels: ["claude-haiku-4-5-20251001"] };
  expect(() => check({ fallbacks: [{ model: "claude-haiku-4-5" }] }, policy)).not.toThrow();
  const tool = { name: "look", input_schema: { model: "x" }, input_examples: [{ model: "a car" }] };
  expect(() => check({ tools: [tool] })).not.toThrow();
});

test("a model that is locked is the only one", () => {
  const policy: Policy = { fields: { "model.model": { lock: "claude-opus-5-5" } } };
  expect(() => check({ fallbacks: [{ model: "claude-opus-5-5" }] }, policy)).not.toThrow();
  expect(() => check({ fallbacks: [{ model: "claude-haiku-5-5" }] }, policy)).toThrow(
    refusal("fallbacks.0.model"),
  );
});

test("a fallback cannot decide for itself what the organization has decided", () => {
  const policy: Policy = { fields: { "model.maxTokens": { max: 100 }, "model.speed": { lock: "standard" } } };
  const fallback = { model: "claude-haiku-5-5" };
  expect(() => check({ fallbacks: [{ ...fallback, thinking: { type: "adaptive" } }] }, policy)).not.toThrow();
  expect(() => check({ fallbacks: [{ ...fallback, max_tokens: 9_999 }] }, policy)).toThrow(
    refusal("fallbacks.0.max_tokens", "policy_locked"),
  );
  const within = { max_tokens: 50, speed: "standard", output_config: { format: { type: "json_schema" } } };
  const locked = { fields: { ...policy.fields, "model.effort": { lock: "low" } } } as Policy;
  expect(() => check({ fallbacks: [{ ...fallback, ...within }] }, locked)).not.toThrow();
  expect(() => check({ fallbacks: [{ ...fallback, output_config: { effort: "max" } }] }, locked)).toThrow(
    refusal("fallbacks.0.output_config.effort", "policy_locked"),
  );
  expect(() => check({ fallbacks: [{ ...fallback, speed: "fast" }] }, policy)).toThrow(
    refusal("fallbacks.0.speed", "policy_locked"),
  );
});

test.each<[string, object, Policy["fields"]]>([
  ["output_config.effort", { output_config: null }, { "model.effort": { lock: "low" } }],
  ["output_config.effort", { output_config: { effort: null } }, { "model.effort": { lock: "low" } }],
  ["thinking", { thinking: null }, { "model.thinking": { lock: "off" } }],
  ["inference_geo", { inference_geo: "global" }, { "model.inferenceGeo": { lock: "us" } }],
  ["service_tier", { service_tier: "auto" }, { "model.serviceTier": { lock: "standard_only" } }],
])("a fallback's %s is held to the policy in %j too", (path, more, fields) => {
  const fallback = { fallbacks: [{ model: "claude-haiku-5-5", ...more }] };
  expect(() => check(fallback, { fields: fields ?? {} })).toThrow(
    refusal(`fallbacks.0.${path}`, "policy_locked"),
  );
  expect(() => check(fallback)).not.toThrow();
});

test("a message of the system cannot ask for an effort that the organization has ruled out", () => {
  const policy: Policy = { fields: { "model.effort": { lock: "low" } } };
  const asking = (effort: unknown) => ({
    messages: [
      { role: "user", content: "Hi" },
      { role: "system", content: "Think.", output_config: { effort } },
    ],
  });
  expect(() => check(asking("max"), policy)).toThrow(
    refusal("messages.1.output_config.effort", "policy_locked"),
  );
  for (const effort of ["low", null, undefined]) expect(() => check(asking(effort), policy)).not.toThrow();
  expect(() => check(asking("max"))).not.toThrow();
});
