import { AVAILABLE_MODELS } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { affectedText, describeEffects, listNames } from "./describe-effects.ts";

type Members = Parameters<typeof describeEffects>[0];

const limited = {
  path: "model.maxTokens",
  value: 8192,
  message: "Limited to 8,192 tokens by Acme.",
} as const;
const member = (userId: string, name: string | null, fields: Members[number]["fields"]) => ({
  userId,
  name,
  email: `${userId}@example.com`,
  role: "member" as const,
  fields,
});

test("what changes in the same way is told once, with everybody it concerns", () => {
  const free = (value: number) => ({ path: "model.topP", value, message: null }) as const;
  const effects = describeEffects(
    [member("a", "Kim", [limited, free(0.9)]), member("b", null, [limited]), member("c", "Lee", [free(0.4)])],
    AVAILABLE_MODELS,
  );
  expect(effects).toEqual([
    {
      label: "Maximum output",
      sentence: "Limited to 8,192 tokens by Acme.",
      names: ["Kim", "b@example.com"],
    },
    {
      label: "Top-p",
      sentence: "No longer held: what each has set applies again.",
      names: ["Kim", "Lee"],
    },
  ]);
});

test("a value that the reason does not name is added to it", () => {
  const locked = { path: "model.temperature", value: 0.2, message: "Locked by Acme." } as const;
  const model = {
    path: "model.model",
    value: "claude-opus-5-5",
    message: "Not among the models that Acme allows.",
  } as const;
  const sentences = describeEffects([member("a", "Kim", [locked, model])], AVAILABLE_MODELS).map(
    ({ sentence }) => sentence,
  );
  expect(sentences).toEqual([
    "Locked by Acme. 0.2 is used instead.",
    "Not among the models that Acme allows. Claude Opus 5.5 is used instead.",
  ]);
});

test("the sentence tells how many members there are and how many it concerns", () => {
  const say = (affectedCount: number, memberCount: number) =>
    affectedText({ affectedCount, memberCount, members: [] });
  expect(say(0, 12)).toContain("No member's settings change");
  expect(say(3, 12)).toBe("It changes what 3 of 12 members use.");
  expect(say(1, 12)).toBe("It changes what 1 of 12 members uses.");
  expect(say(12, 12)).toBe("It changes what all 12 members use.");
});

test("a long list of names is cut, never by one", () => {
  expect(listNames(["A", "B", "C", "D"])).toBe("A, B, C, and D");
  expect(listNames(["A", "B", "C", "D", "E"])).toBe("A, B, C, and 2 more");
  expect(listNames(["A"])).toBe("A");
});
