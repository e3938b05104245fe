import { fieldAt } from "@ai-config/config-core";
import type { Model } from "../../data/use-models.ts";
import type { PolicyPreview } from "../../data/use-policy.ts";
import { pageLocale } from "../../lib/page-locale.ts";
import { formatValue } from "../../settings/format-value.ts";

type Member = PolicyPreview["members"][number];
type Effect = Member["fields"][number];

/** One thing that would change, and for whom. */
export interface DescribedEffect {
  label: string;
  sentence: string;
  names: readonly string[];
}

/** What would change, each with the members it changes for: most of them have nothing of their own. */
export function describeEffects(
  members: readonly Member[],
  models: Record<string, Model>,
): DescribedEffect[] {
  const found = new Map<string, DescribedEffect & { names: string[] }>();
  for (const { name, email, userId, fields } of members) {
    for (const effect of fields) {
      const label = fieldAt(effect.path)?.label ?? effect.path;
      const sentence = sentenceOf(effect, models);
      const key = `${effect.path} ${sentence}`;
      const known = found.get(key) ?? { label, sentence, names: [] };
      known.names.push(name || email || userId);
      found.set(key, known);
    }
  }
  return [...found.values()];
}

function sentenceOf({ path, value, message }: Effect, models: Record<string, Model>): string {
  // What somebody gets back when a limit ends is theirs to know.
  if (message === null) return "No longer held: what each has set applies again.";
  const field = fieldAt(path);
  const used = field ? formatValue(field, value, models) : String(value);
  return message.includes(used) ? message : `${message} ${used} is used instead.`;
}

/** How many members a policy affects, in a sentence. */
export function affectedText({ memberCount, affectedCount }: PolicyPreview): string {
  if (affectedCount === 0) return "No member's settings change now. The rules hold for what they set later.";
  if (memberCount === 1) return "It changes what the one member uses.";
  if (affectedCount === memberCount) return `It changes what all ${memberCount} members use.`;
  return `It changes what ${affectedCount} of ${memberCount} members ${affectedCount === 1 ? "uses" : "use"}.`;
}

/** "Kim Osei, Lee Park, and 3 more". One more is named. */
export function listNames(names: readonly string[], most = 3): string {
  const shown = names.length > most + 1 ? names.slice(0, most) : names;
  const rest = names.length - shown.length;
  const words = rest > 0 ? [...shown, `${rest} more`] : shown;
  return new Intl.ListFormat(pageLocale, { type: "conjunction" }).format(words);
}
