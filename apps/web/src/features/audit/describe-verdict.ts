import type { AuditVerdict } from "../../data/use-verify-audit.ts";
import { pageLocale } from "../../lib/page-locale.ts";

export interface DescribedVerdict {
  isWhole: boolean;
  sentences: string[];
}

/** What checking the chain of entries found, in words. */
export function describeVerdict({ checked, forgotten, problem }: AuditVerdict): DescribedVerdict {
  const blank =
    forgotten === 0
      ? []
      : [`${entries(forgotten)} ${forgotten === 1 ? "is" : "are"} blank, because an account was deleted.`];
  if (problem === null) {
    if (checked === 0) return { isWhole: true, sentences: ["There are no entries yet."] };
    const whole =
      checked === 1
        ? "The one entry is whole: nobody altered it."
        : `All ${entries(checked)} are whole: nobody altered, removed or reordered one.`;
    return { isWhole: true, sentences: [whole, ...blank] };
  }
  const which = `Entry ${problem.seq.toLocaleString(pageLocale)}${problem.id === undefined ? "" : ` (id ${problem.id})`}`;
  const found =
    problem.kind === "altered"
      ? `${which} is not what was written: somebody altered it past this product.`
      : `${which} is missing: somebody removed it past this product.`;
  const earlier = problem.seq - 1;
  const before =
    earlier === 0
      ? "Nothing after it can be vouched for."
      : `The ${entries(earlier)} before it ${earlier === 1 ? "is" : "are"} whole.`;
  return { isWhole: false, sentences: [found, before, ...blank] };
}

function entries(count: number): string {
  return `${count.toLocaleString(pageLocale)} ${count === 1 ? "entry" : "entries"}`;
}
