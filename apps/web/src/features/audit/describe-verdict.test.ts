import { expect, test } from "vitest";
import { describeVerdict } from "./describe-verdict.ts";

const verdict = { checked: 1204, forgotten: 0, head: "ab", problem: null };

test("a whole audit is told with how many entries were checked", () => {
  expect(describeVerdict(verdict)).toEqual({
    isWhole: true,
    sentences: ["All 1,204 entries are whole: nobody altered, removed or reordered one."],
  });
  expect(describeVerdict({ ...verdict, checked: 1 }).sentences).toEqual([
    "The one entry is whole: nobody altered it.",
  ]);
  expect(describeVerdict({ ...verdict, checked: 0 }).sentences).toEqual(["There are no entries yet."]);
});

test("blank entries are explained", () => {
  expect(describeVerdict({ ...verdict, forgotten: 1 }).sentences[1]).toBe(
    "1 entry is blank, because an account was deleted.",
  );
  expect(describeVerdict({ ...verdict, forgotten: 3 }).sentences[1]).toBe(
    "3 entries are blank, because an account was deleted.",
  );
});

test("the first entry that does not hold is named", () => {
  expect(
    describeVerdict({ ...verdict, checked: 16, problem: { kind: "altered", seq: 17, id: "90" } }),
  ).toEqual({
    isWhole: false,
    sentences: [
      "Entry 17 (id 90) is not what was written: somebody altered it past this product.",
      "The 16 entries before it are whole.",
    ],
  });
  expect(describeVerdict({ ...verdict, checked: 0, problem: { kind: "missing", seq: 1 } }).sentences).toEqual(
    ["Entry 1 is missing: somebody removed it past this product.", "Nothing after it can be vouched for."],
  );
});
