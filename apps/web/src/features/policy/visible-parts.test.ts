import { expect, test } from "vitest";
import { visibleParts } from "./visible-parts.ts";

const nothing = { search: "", isOnly: false, says: () => false };

test("everything that can be ruled is shown, and no key", () => {
  const { hasModels, pool, sections } = visibleParts(nothing);
  expect(hasModels).toBe(true);
  expect(pool).toHaveLength(5);
  const paths = sections.flatMap(({ fields }) => fields.map(({ path }) => path));
  expect(paths).toContain("apiKeys.rotationSchedule");
  expect(paths).not.toContain("apiKeys.primaryKey");
  expect(paths).not.toContain("apiKeys.keyVersion");
});

test("what was searched for is found in every part", () => {
  const { hasModels, pool, sections } = visibleParts({ ...nothing, search: "daily budget" });
  expect([hasModels, pool]).toEqual([false, ["dailyBudget"]]);
  expect(sections.map(({ name }) => name)).toEqual(["costBudget"]);
});

test("only what the policy says something about is left", () => {
  const says = (key: string) => ["fields.model.topP", "pool.dailyBudget"].includes(key);
  const parts = visibleParts({ ...nothing, isOnly: true, says });
  expect(parts).toMatchObject({ hasModels: false, pool: ["dailyBudget"], count: 2 });
  expect(visibleParts({ ...nothing, isOnly: true }).count).toBe(0);
});
