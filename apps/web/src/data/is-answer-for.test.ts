import { describe, expect, test } from "vitest";
import { isAnswerFor } from "./is-answer-for.ts";

const user = { type: "user" } as const;

describe("the result of a save", () => {
  test("is what the page shows where it was judged over the same organization", () => {
    expect(isAnswerFor({ organizationId: "a" }, user, "a")).toBe(true);
    expect(isAnswerFor({ organizationId: null }, user, undefined)).toBe(true);
  });

  test("is not where another organization, or none, is the default", () => {
    expect(isAnswerFor({ organizationId: "a" }, user, "b")).toBe(false);
    expect(isAnswerFor({ organizationId: null }, user, "b")).toBe(false);
    expect(isAnswerFor({ organizationId: "a" }, user, undefined)).toBe(false);
  });

  test("of an organization is about that one, whichever is chosen", () => {
    const owner = { type: "organization", organizationId: "a" } as const;
    expect(isAnswerFor({ organizationId: "a" }, owner, "b")).toBe(true);
    expect(isAnswerFor({ organizationId: "b" }, owner, "b")).toBe(false);
  });
});
