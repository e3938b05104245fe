import { AIConfigError } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { ask, entryOf, limitsOf } from "../../testing/admission/admission-kit.ts";
import { checkEntry } from "./check-entry.ts";
import type { LedgerEntry } from "./ledger-entry.ts";

const good = entryOf(ask(limitsOf({ kind: "user", id: "00000000-0000-4000-8000-000000000001" })), "0.25");

test("a record as calls write them is taken, with all that may be unknown", () => {
  checkEntry(good);
  checkEntry({
    ...good,
    modelServed: null,
    firstByteMs: null,
    httpStatus: null,
    errorType: "x".repeat(200),
    stopReason: null,
    label: "Ünïcödé 🙂",
    tags: { feature: "summaries" },
  });
  checkEntry({ ...good, anthropicRequestIds: [] });
  checkEntry({ ...good, anthropicRequestIds: Array.from({ length: 16 }, () => "x".repeat(200)) });
});

test.each<[keyof LedgerEntry, unknown]>([
  ["id", "1"],
  ["userId", null],
  ["organizationId", "acme"],
  ["durationMs", 1e12],
  ["durationMs", -1],
  ["durationMs", Number.NaN],
  ["firstByteMs", Number.POSITIVE_INFINITY],
  ["httpStatus", "200"],
  ["inputTokens", undefined],
  ["modelAsked", null],
  ["modelServed", "a\0b"],
  ["errorType", "half a character: \ud83d"],
  ["modelAsked", "x".repeat(201)],
  ["modelServed", "x".repeat(201)],
  ["stopReason", "x".repeat(201)],
  ["keySlot", "tertiary"],
  ["outcome", "toString"],
  ["costBasis", null],
  ["isStream", "no"],
  ["startedAt", new Date(Number.NaN)],
  ["label", "x".repeat(201)],
  ["label", "sk-ant-api03-abcdefghijklmnop"],
  ["anthropicRequestIds", null],
  ["anthropicRequestIds", "req_1"],
  ["anthropicRequestIds", [null]],
  ["anthropicRequestIds", ["req_1", "a\0b"]],
  ["anthropicRequestIds", ["half a character: \ud83d"]],
  ["anthropicRequestIds", ["x".repeat(201)]],
  ["anthropicRequestIds", ["req_1", "sk-ant-api03-abcdefghijklmnop"]],
  ["anthropicRequestIds", Array.from({ length: 17 }, () => "req_1")],
  ["tags", { feature: 5 }],
  ["tags", { feature: "x".repeat(4_000) }],
  ["tags", Object.fromEntries(Array.from({ length: 500 }, (_, place) => [`t${place}`, ""]))],
])("a record that the ledger would not take is refused at its field: %s %j", (name, value) => {
  const check = () => checkEntry({ ...good, [name]: value } as LedgerEntry);
  expect(check).toThrow(AIConfigError);
  expect(check).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ path: `entry.${name}` })] }),
  );
});
