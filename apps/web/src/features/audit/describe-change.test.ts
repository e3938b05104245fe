import { expect, test } from "vitest";
import { describeChange, describeDeed } from "./describe-change.ts";

const modelName = (id: string) => (id === "claude-x" ? "Claude X" : id);

test("a change is told in the registry's words and units", () => {
  expect(describeChange({ path: "costBudget.dailyBudget", from: 100, to: 50 }, modelName)).toEqual({
    label: "Daily budget",
    from: "$100",
    to: "$50",
  });
});

test("models are told by name, and absent values as absent", () => {
  const change = { path: "model.model", from: null, to: "claude-x" };
  expect(describeChange(change, modelName)).toEqual({ label: "Model", from: undefined, to: "Claude X" });
});

test("texts are told in quotes, with their line breaks to be seen", () => {
  const change = { path: "model.stopSequences", from: [], to: ["\n\nHuman:", "a, b"] };
  expect(describeChange(change, modelName)).toEqual({
    label: "Stop sequences",
    from: "none",
    to: String.raw`“\n\nHuman:”, “a, b”`,
  });
});

test("a path that the registry does not know is shown as it is", () => {
  expect(describeChange({ path: "is_active", from: true, to: false }, modelName)).toEqual({
    label: "is_active",
    from: "true",
    to: "false",
  });
});

test("a deed says whose thing it was done to", () => {
  const deed = { subject: "configuration", action: "update", configName: "default" };
  expect(describeDeed(deed, undefined)).toBe("changed your configuration");
  expect(describeDeed({ ...deed, action: "delete", configName: "night" }, "Acme")).toBe(
    "deleted the “night” configuration of Acme",
  );
  expect(describeDeed({ ...deed, subject: "key" }, "Acme")).toBe("changed the API key of Acme");
});
