import { expect, test } from "vitest";

import { heldBudget, type Layer, type Policy, resolveConfiguration } from "../index.ts";

const layer = (source: Layer["source"], id: string, costBudget: object): Layer => ({
  source,
  id,
  values: { costBudget },
});

function held(layers: readonly Layer[], policy: Policy | null) {
  const options = policy ? { policy: { rules: policy, name: "Acme" } } : {};
  const { configuration, fields } = resolveConfiguration(layers, options);
  const { timeZone, dailyEnforcement } = heldBudget({ configuration, sources: fields, policy });
  return [timeZone, dailyEnforcement];
}

const ours = layer("organization", "o", { timeZone: "Europe/Berlin", dailyEnforcement: "block" });
const mine = [
  layer("user", "u1", { timeZone: "Asia/Tokyo", dailyEnforcement: "warn" }),
  layer("user", "u2", { timeZone: "Pacific/Apia", dailyEnforcement: "warn" }),
];
const cap: Policy = { fields: { "costBudget.dailyBudget": { max: 5 } } };

test("a capped budget is held as the organization hands it out, under whichever rows of the account", () => {
  expect(held([ours, ...mine], cap)).toEqual(["Europe/Berlin", "block"]);
  expect(held(mine, cap)).toEqual([undefined, undefined]);
});

test("any other budget is held as the account wants it", () => {
  expect(held([ours, ...mine], null)).toEqual(["Pacific/Apia", "warn"]);
  expect(held([ours, ...mine], { pool: { dailyBudget: 5 } })).toEqual(["Pacific/Apia", "warn"]);
});
