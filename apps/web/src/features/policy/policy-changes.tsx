import type { Policy } from "@ai-config/config-core";
import { ArrowRight } from "lucide-react";
import type { Draft } from "../../settings/draft.ts";
import { policyLabel, policyNothing, policyText } from "../../settings/policy-words.ts";
import { saidAt } from "./policy-draft.ts";

interface PolicyChangesProps {
  saved: Policy;
  policy: Policy;
  entries: Draft["entries"];
  modelName(id: string): string;
}

/** What saving would change: each part with what it says now and what it will say. */
export function PolicyChanges({ saved, policy, entries, modelName }: PolicyChangesProps) {
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {Object.keys(entries).map((key) => (
        <li key={key} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
          <span className="min-w-40 flex-1 font-medium text-[0.8125rem]">{policyLabel(key)}</span>
          <span className="flex min-w-0 flex-wrap items-center gap-1.5 font-mono text-xs">
            <span className="wrap-anywhere rounded bg-bad-soft px-1.5 py-0.5 text-bad-ink">
              {policyText(key, saidAt(saved, key), modelName) ?? policyNothing(key)}
            </span>
            <ArrowRight aria-hidden className="size-3 shrink-0 text-faint" />
            <span className="sr-only">becomes</span>
            <span className="wrap-anywhere rounded bg-good-soft px-1.5 py-0.5 text-good-ink">
              {policyText(key, saidAt(policy, key), modelName) ?? policyNothing(key)}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
