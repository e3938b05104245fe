import type { AffectedModel } from "@ai-config/config-core";
import { formatDate } from "../../lib/format-time.ts";

interface Report {
  readonly models: readonly AffectedModel[];
  readonly configurations: readonly {
    readonly model: string;
    readonly ref: { readonly type: "user" | "organization" };
  }[];
}

const shownAtMost = 3;

interface RetirementOptions {
  /** Whether the calls of who reads this go to a replacement once the model is gone. */
  isReplaced?: boolean;
}

export interface RetirementText {
  model: string;
  text: string;
  /** Whether this very page decides for the model: otherwise another choice here would help nobody. */
  isChosenHere: boolean;
}

export interface Retirements {
  shown: readonly RetirementText[];
  more: number;
}

/** What a person has to know about the end of the model they use. */
export function ownRetirements(report: Report, options: RetirementOptions = {}): Retirements {
  return first(
    report.models.map((affected) => ({
      model: affected.model,
      text: `${ending(affected)}${afterwards(affected, options.isReplaced ?? true)}`,
      isChosenHere: true,
    })),
  );
}

/** The same for those who look after an organization: how many of its members it concerns. */
export function organizationRetirements({ models, configurations }: Report): Retirements {
  return first(
    models.map((affected) => ({
      model: affected.model,
      text: `${ending(affected)}; used by ${membersText(affected.people)}.`,
      isChosenHere: configurations.some(
        ({ model, ref }) => model === affected.model && ref.type === "organization",
      ),
    })),
  );
}

function first(all: readonly RetirementText[]): Retirements {
  return { shown: all.slice(0, shownAtMost), more: Math.max(0, all.length - shownAtMost) };
}

function ending({ displayName, status: { state, retiresOn, daysLeft } }: AffectedModel): string {
  if (state === "retired") {
    return retiresOn === null
      ? `${displayName} was retired`
      : `${displayName} was retired on ${formatDate(retiresOn)}`;
  }
  if (daysLeft === null) return `${displayName} will be retired`;
  return `${displayName} retires in ${daysLeft === 1 ? "1 day" : `${daysLeft} days`}`;
}

function afterwards({ status, replacement }: AffectedModel, isReplaced: boolean): string {
  const isRetired = status.state === "retired";
  if (!replacement || !isReplaced) return isRetired ? "; calls fail." : ". Calls fail from then on.";
  const { displayName } = replacement;
  return isRetired ? `; calls go to ${displayName}.` : `. ${displayName} replaces it.`;
}

function membersText(count: number): string {
  if (count === 0) return "no members";
  return count === 1 ? "1 member" : `${count} members`;
}
