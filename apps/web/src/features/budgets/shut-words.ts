import type { Budget } from "../../data/use-budgets.ts";
import { pageLocale } from "../../lib/page-locale.ts";

/** Why calls are refused, of shared budgets that are used up or let nothing be spent. */
export function shutWords(shut: readonly Pick<Budget, "period">[], organization: string): string {
  const periods = new Intl.ListFormat(pageLocale).format(shut.map(({ period }) => period));
  const [budgets, have] = shut.length === 1 ? ["budget", "has"] : ["budgets", "have"];
  return `Calls are refused: the ${periods} ${budgets} shared by ${organization} ${have} nothing left.`;
}
