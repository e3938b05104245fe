import { type FieldPath, fieldAt } from "@ai-config/config-core";
import { useRef, useState } from "react";
import type { Owner } from "../../data/owner.ts";
import type { AuditEntry } from "../../data/use-audit-log.ts";
import { useRestoreConfiguration } from "../../data/use-restore-configuration.ts";
import { type ApiProblem, problemOf } from "../../lib/api-problem.ts";
import { formatAbsolute } from "../../lib/format-time.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { showToast } from "../../ui/toast.tsx";
import { ChangeList } from "./change-list.tsx";
import { describeChanges } from "./describe-change.ts";
import { planRestore } from "./restore-plan.ts";

interface RestoreDialogProps {
  owner: Owner;
  /** All that is known of the log, newest first. */
  entries: readonly AuditEntry[];
  entry: AuditEntry;
  modelName(id: string): string;
  onClose(): void;
}

/** Shows what would change back, and does it as a new change. */
export function RestoreDialog({ owner, entries, entry, modelName, onClose }: RestoreDialogProps) {
  const confirm = useRef<HTMLButtonElement>(null);
  const restore = useRestoreConfiguration(owner);
  const [reason, setReason] = useState("");
  const { changes, expectedVersion } = planRestore(entries, entry);
  const described = describeChanges(changes, modelName);
  const problem = restore.error ? problemOf(restore.error) : undefined;
  const at = formatAbsolute(entry.changedAt);

  const submit = async () => {
    try {
      await restore.mutateAsync({
        owner,
        auditId: entry.id,
        expectedVersion,
        reason: reason.trim() || undefined,
      });
    } catch (error) {
      // What this dialog shows is no longer where a restore would begin.
      if (problemOf(error).code === "CONFIGURATION_STALE") await restore.reread();
      return;
    }
    showToast({
      title: "State restored",
      description: `As it was on ${at}. The log has it as a new change.`,
    });
    onClose();
  };

  if (changes.length === 0) {
    return (
      <Dialog
        isOpen
        onClose={onClose}
        title="Nothing to restore"
        description={`The configuration is as it was on ${at}.`}
        initialFocus={confirm}
        actions={
          <Button ref={confirm} onClick={onClose}>
            Close
          </Button>
        }
      />
    );
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Restore this state?"
      description={
        entry.action === "delete"
          ? `The configuration as it was before it was deleted on ${at}. Later entries stay in the log.`
          : `The configuration as it was on ${at}. Later entries stay in the log.`
      }
      initialFocus={confirm}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button ref={confirm} look="primary" isBusy={restore.isPending} onClick={() => void submit()}>
            Restore
          </Button>
        </>
      }
    >
      {problem && (
        <div className="mb-4">
          <Banner tone="bad" role="alert">
            <Refusal problem={problem} shown={changes.map(({ path }) => path)} />
          </Banner>
        </div>
      )}
      <ChangeList changes={described} refusals={refusalsOf(problem)} />
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!restore.isPending) void submit();
        }}
      >
        <TextField
          label="Reason (optional)"
          hint="Kept in the audit log with this change."
          value={reason}
          onChange={setReason}
          maxLength={500}
          autoComplete="off"
          error={refusalsOf(problem).get("reason")}
        />
      </form>
    </Dialog>
  );
}

/** Why nothing was restored. What is said beside a change is not said again. */
function Refusal({ problem, shown }: { problem: ApiProblem; shown: readonly string[] }) {
  if (problem.code === "CONFIGURATION_STALE") {
    return "Somebody changed the configuration in the meantime. Look at the changes below once more, then restore again.";
  }
  const others = problem.issues.filter(({ path }) => path !== "reason" && !shown.includes(path));
  if (problem.issues.length === 0) {
    return problem.requestId ? `${problem.message} (request ${problem.requestId})` : problem.message;
  }
  return (
    <>
      <p>Nothing was restored, since not all of it is allowed today.</p>
      {others.length > 0 && (
        <ul className="mt-1 list-disc pl-4">
          {others.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              {fieldAt(path as FieldPath)?.label ?? path}: {message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function refusalsOf(problem: ApiProblem | undefined): ReadonlyMap<string, string> {
  const refusals = new Map<string, string>();
  for (const { path, message } of problem?.issues ?? []) {
    refusals.set(path, [refusals.get(path), message].filter(Boolean).join(" "));
  }
  return refusals;
}
