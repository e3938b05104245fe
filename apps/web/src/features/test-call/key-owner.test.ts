import { expect, test } from "vitest";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { keyOwnerOf } from "./key-owner.ts";

const effective = (source: string, given: Partial<EffectiveConfiguration> = {}) =>
  ({
    etag: '"v1"',
    versions: { row: 1 },
    policy: null,
    sources: { "apiKeys.primaryKey": { source } },
    ...given,
  }) as EffectiveConfiguration;

test.each([
  ["user", "user"],
  ["organization", "organization"],
  ["environment", undefined],
])("the key of a call is that of the %s where the shown configuration governed it", (source, owner) => {
  expect(keyOwnerOf({ configurationVersion: "v1" }, effective(source))).toBe(owner);
});

test("a policy gives a configuration a version, and with nothing stored it has none", () => {
  const nothing = effective("user", { versions: {} });
  expect(keyOwnerOf({ configurationVersion: null }, nothing)).toBe("user");
  expect(keyOwnerOf({ configurationVersion: "v1" }, { ...nothing, policy: {} })).toBe("user");
});

test("whose key it was is not guessed where something else governed the call", () => {
  expect(keyOwnerOf({ configurationVersion: "v0" }, effective("user"))).toBeUndefined();
  expect(keyOwnerOf({ configurationVersion: null }, effective("user"))).toBeUndefined();
});
