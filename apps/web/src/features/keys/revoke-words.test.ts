import { expect, test } from "vitest";
import { revokeWords } from "./revoke-words.ts";

const primary = { slot: "primary", hint: "sk-ant-…bbbb" } as const;
const secondary = { slot: "secondary", hint: "sk-ant-…aaaa" } as const;

test("a primary key takes the secondary one along", () => {
  expect(revokeWords(primary, [primary, secondary], "Acme")).toEqual([
    "sk-ant-…bbbb stops working at once in every process, and so does the secondary key sk-ant-…aaaa.",
    "Members of Acme without a key of their own then use the key of this deployment.",
  ]);
});

test("a primary key alone takes nothing along", () => {
  expect(revokeWords(primary, [primary], undefined)).toEqual([
    "sk-ant-…bbbb stops working at once in every process.",
    "Your requests then use the key of your organization, or that of this deployment.",
  ]);
});

test("a secondary key leaves the primary one alone", () => {
  expect(revokeWords(secondary, [primary, secondary], undefined)).toEqual([
    "sk-ant-…aaaa stops working at once in every process. The primary key stays as it is.",
  ]);
});
