import { type Issue, type Policy, validatePolicy } from "@ai-config/config-core";
import { useMemo } from "react";
import type { Model } from "../../data/use-models.ts";
import { isSameValue } from "../../lib/path-value.ts";
import { policyText } from "../../settings/policy-words.ts";
import { useDraft } from "../../settings/use-draft.ts";
import type { EntryState } from "./entry-state.ts";
import { placeOf, saidAt, withDraft } from "./policy-draft.ts";

interface PolicyDraftInput {
  draftKey: string;
  saved: Policy;
  version: number;
  models: Record<string, Model>;
}

/** The policy as it is being changed, judged as the server will judge it. */
export function usePolicyDraft({ draftKey, saved, version, models }: PolicyDraftInput) {
  const control = useDraft(draftKey, version);
  const { draft } = control;
  const policy = useMemo(() => withDraft(saved, draft.entries), [saved, draft.entries]);
  const issues = useMemo(() => {
    const checked = validatePolicy(policy, { models });
    return checked.success ? [] : checked.errors;
  }, [policy, models]);

  /** Puts one part of the policy into the draft; undefined takes it out of the policy. */
  const change = (key: string, value: unknown) => {
    const own = saidAt(saved, key);
    control.change(key, value === undefined ? { mode: "inherit" } : { mode: "set", value }, {
      own,
      shown: own,
    });
  };

  const stateOf = (key: string, shownIssues: readonly Issue[]): EntryState => {
    const entry = draft.entries[key];
    const own = saidAt(saved, key);
    const seen = draft.seen[key];
    const isContested = entry !== undefined && seen !== undefined && !isSameValue(seen, own ?? null);
    const modelName = (id: string) => models[id]?.displayName ?? id;
    return {
      value: saidAt(policy, key),
      isEdited: entry !== undefined,
      contested: isContested
        ? { text: policyText(key, own, modelName) ?? "nothing", use: () => change(key, own) }
        : undefined,
      issues: shownIssues.filter(({ path }) => placeOf(path).key === key),
    };
  };

  return { control, policy, issues, change, stateOf };
}
