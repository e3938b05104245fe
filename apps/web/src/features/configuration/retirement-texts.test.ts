import { type AIConfiguration, DEFAULT_AI_CONFIGURATION, lifecycleReport } from "@ai-config/config-core";
import { describe, expect, test } from "vitest";
import { organizationRetirements, ownRetirements } from "./retirement-texts.ts";

const sonnet = "claude-sonnet-4-5-20250929";
const inNovember = new Date("2026-11-23T12:00:00Z");

function reportOf(users: readonly string[], { date = inNovember, handed = [] as string[] } = {}) {
  const { model, ...rest } = DEFAULT_AI_CONFIGURATION;
  const using = (id: string): AIConfiguration => ({ ...rest, model: { ...model, model: id } });
  return lifecycleReport<{ type: "user" | "organization" }>(
    [
      ...handed.map((id) => ({
        ref: { type: "organization" as const },
        configuration: using(id),
        people: 0,
      })),
      ...users.map((id) => ({ ref: { type: "user" as const }, configuration: using(id) })),
    ],
    date,
  );
}

describe("for a person", () => {
  test("says when the model ends and what replaces it", () => {
    expect(ownRetirements(reportOf([sonnet]))).toEqual({
      shown: [
        {
          model: sonnet,
          text: "Claude Sonnet 4.5 retires in 7 days. Claude Sonnet 5.5 replaces it.",
          isChosenHere: true,
        },
      ],
      more: 0,
    });
  });

  test("counts one day as one", () => {
    const report = reportOf([sonnet], { date: new Date("2026-11-29T23:00:00Z") });
    expect(ownRetirements(report).shown[0]?.text).toContain("retires in 1 day.");
  });

  test("says where calls go once it is gone, the day being that of the catalogue anywhere", () => {
    const report = reportOf([sonnet], { date: new Date("2026-12-05T00:00:00Z") });
    expect(ownRetirements(report).shown[0]?.text).toBe(
      "Claude Sonnet 4.5 was retired on November 30, 2026; calls go to Claude Sonnet 5.5.",
    );
  });

  test("does not promise a replacement to someone who wants none", () => {
    const report = reportOf([sonnet], { date: new Date("2026-12-05T00:00:00Z") });
    expect(ownRetirements(report, { isReplaced: false }).shown[0]?.text).toBe(
      "Claude Sonnet 4.5 was retired on November 30, 2026; calls fail.",
    );
  });

  test("says ahead that calls will fail where nothing replaces the model, or nothing may", () => {
    const report = reportOf([sonnet]);
    const text = "Claude Sonnet 4.5 retires in 7 days. Calls fail from then on.";
    const models = report.models.map((model) => ({ ...model, replacement: null }));
    expect(ownRetirements({ ...report, models }).shown[0]?.text).toBe(text);
    expect(ownRetirements(report, { isReplaced: false }).shown[0]?.text).toBe(text);
  });

  test("says nothing about a model that stays", () => {
    expect(ownRetirements(reportOf(["claude-sonnet-5-5"]))).toEqual({ shown: [], more: 0 });
  });
});

describe("for an organization", () => {
  test("counts the members, not the organization itself", () => {
    const twelve = Array.from({ length: 12 }, () => sonnet);
    expect(organizationRetirements(reportOf(twelve, { handed: [sonnet] })).shown).toEqual([
      {
        model: sonnet,
        text: "Claude Sonnet 4.5 retires in 7 days; used by 12 members.",
        isChosenHere: true,
      },
    ]);
    const one = organizationRetirements(reportOf([sonnet], { handed: [sonnet] }));
    expect(one.shown[0]?.text).toContain("used by 1 member.");
    const none = organizationRetirements(reportOf([], { handed: [sonnet] }));
    expect(none.shown[0]?.text).toContain("used by no members.");
  });

  test("takes the report's word for how many people it concerns", () => {
    const report = reportOf([sonnet]);
    const models = report.models.map((model) => ({ ...model, people: 7 }));
    expect(organizationRetirements({ ...report, models }).shown[0]?.text).toContain("used by 7 members.");
  });

  test("knows which model only members chose", () => {
    const { shown } = organizationRetirements(reportOf([sonnet], { handed: ["claude-sonnet-5-5"] }));
    expect(shown).toMatchObject([{ model: sonnet, isChosenHere: false }]);
  });

  test("shows the three most urgent and counts the others", () => {
    const report = reportOf([sonnet]);
    const [model] = report.models;
    if (!model) throw new Error("The report names no model.");
    const models = ["a", "b", "c", "d", "e"].map((id) => ({ ...model, model: id }));
    const { shown, more } = organizationRetirements({ ...report, models });
    expect(shown.map((item) => item.model)).toEqual(["a", "b", "c"]);
    expect(more).toBe(2);
  });
});
