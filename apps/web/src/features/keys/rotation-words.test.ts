import { expect, test } from "vitest";
import { rotationWords } from "./rotation-words.ts";

const now = new Date("2026-11-23T12:00:00Z");

test("a day to come is due, a day gone was due", () => {
  expect(rotationWords("2026-12-01T08:00:00.000Z", now)).toEqual({
    text: "Rotation due December 1, 2026",
    isPast: false,
  });
  expect(rotationWords("2026-11-01T08:00:00.000Z", now)).toEqual({
    text: "Rotation was due November 1, 2026",
    isPast: true,
  });
});

test("without a schedule nothing is said", () => {
  expect(rotationWords(null, now)).toBeUndefined();
});
