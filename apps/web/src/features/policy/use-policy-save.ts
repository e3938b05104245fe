import type { Issue, Policy } from "@ai-config/config-core";
import { useState } from "react";
import { useSavePolicy } from "../../data/use-policy.ts";
import { problemOf } from "../../lib/api-problem.ts";
import type { DraftControl } from "../../settings/use-draft.ts";
import { showToast } from "../../ui/toast.tsx";

interface PolicySaveInput {
  organizationId: string;
  control: DraftControl;
  /** What is imposed now: the state an undo goes back to. */
  saved: Policy;
  policy: Policy;
}

/** Saving a policy with everything that can come of it: done and undoable, refused, out of date, not reached. */
export function usePolicySave({ organizationId, control, saved, policy }: PolicySaveInput) {
  const { save, reload, isSaving } = useSavePolicy(organizationId);
  const [serverIssues, setServerIssues] = useState<readonly Issue[]>([]);
  const [failure, setFailure] = useState<string>();
  const [isStale, setIsStale] = useState(false);

  const forgetRefusal = () => {
    setServerIssues([]);
    setFailure(undefined);
  };

  const undo = async (before: Policy, expectedVersion: number) => {
    try {
      const { version } = await save({ policy: before, expectedVersion });
      control.rebase(version, expectedVersion);
      showToast({ title: "Undone", description: "The earlier policy is back." });
    } catch (error) {
      const problem = problemOf(error);
      const description =
        problem.code === "CONFIGURATION_STALE" ? "The policy has been changed again since." : problem.message;
      showToast({ kind: "error", title: "Not undone", description });
    }
  };

  /** Answers whether the review is over; it stays open for another try of what failed as a whole. */
  const submit = async (reason: string): Promise<boolean> => {
    forgetRefusal();
    const { entries, baseVersion } = control.draft;
    try {
      const input = { policy, expectedVersion: baseVersion, reason: reason === "" ? undefined : reason };
      const { version } = await save(input);
      control.settle(entries, version);
      showToast({
        title: "Policy saved",
        description: "It holds from the next request on.",
        action: { label: "Undo", run: () => void undo(saved, version) },
      });
      return true;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === "CONFIGURATION_STALE") {
        setIsStale(true);
        return true;
      }
      const [stray, placed] = [
        problem.issues.filter(isStray),
        problem.issues.filter((issue) => !isStray(issue)),
      ];
      setServerIssues(placed);
      if (placed.length > 0 && stray.length === 0) return true;
      setFailure(stray.map((issue) => issue.message).join(" ") || problem.message);
      return false;
    }
  };

  return {
    isSaving,
    isStale,
    serverIssues,
    failure,
    submit,
    forgetRefusal,
    closeConflict: () => setIsStale(false),
    keepMine: async () => {
      setIsStale(false);
      control.rebase(await reload());
    },
    takeTheirs: async () => {
      setIsStale(false);
      control.discard();
      await reload();
    },
  };
}

/** A problem of the reason, or of the policy as a whole: there is no row to show it at. */
function isStray({ path }: Issue): boolean {
  return !/^(fields|pool)\.|^allowedModels/.test(path);
}
