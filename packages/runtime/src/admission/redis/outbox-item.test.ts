import { expect, test } from "vitest";

import { ask, entryOf, limitsOf } from "../../../testing/admission/admission-kit.ts";
import { packEntry, readItem } from "./outbox-item.ts";

const entry = entryOf(ask(limitsOf({ kind: "user", id: "00000000-0000-4000-8000-000000000001" })), "0.25");

test("an entry is read as it was put there", () => {
  expect(readItem(entry.id, packEntry(entry, 5))).toEqual({ at: 5, item: { entry } });
});

test.each([
  ["req_1", ["req_1"]],
  [null, []],
])("an entry of a process that knew of the last request id alone keeps it: %s", (id, ids) => {
  const { anthropicRequestIds: _, ...rest } = entry;
  const former = JSON.stringify({ at: 5, entry: { ...rest, anthropicRequestId: id } });
  expect(readItem(entry.id, former)).toEqual({
    at: 5,
    item: { entry: { ...rest, anthropicRequestIds: ids } },
  });
});
