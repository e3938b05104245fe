import type { Policy } from "@ai-config/config-core";
import { useRef, useState } from "react";
import type { Model } from "../../data/use-models.ts";
import { usePolicyPreview } from "../../data/use-policy.ts";
import { problemOf } from "../../lib/api-problem.ts";
import type { Draft } from "../../settings/draft.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { AffectedMembers } from "./affected-members.tsx";
import { PolicyChanges } from "./policy-changes.tsx";

interface ReviewDialogProps {
  organization: { id: string; name: string };
  saved: Policy;
  policy: Policy;
  entries: Draft["entries"];
  models: Record<string, Model>;
  isSaving: boolean;
  failure?: string;
  onSave(reason: string): Promise<void>;
  onClose(): void;
}

/** The last look before a policy holds: what changes, whom it affects, and why it is done. */
export function ReviewDialog(props: ReviewDialogProps) {
  const { organization, saved, policy, entries, models, isSaving, failure, onSave, onClose } = props;
  const preview = usePolicyPreview(organization.id, policy);
  const [reason, setReason] = useState("");
  const save = useRef<HTMLButtonElement>(null);
  const count = Object.keys(entries).length;
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title={`Review ${count} ${count === 1 ? "change" : "changes"}`}
      description={`To the policy of ${organization.name}. Nothing that members have set is deleted.`}
      initialFocus={save}
      actions={
        <>
          <Button onClick={onClose}>Keep editing</Button>
          <Button ref={save} look="primary" type="submit" form="policy-review" isBusy={isSaving}>
            Save policy
          </Button>
        </>
      }
    >
      <form
        id="policy-review"
        className="space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSaving) void onSave(reason.trim());
        }}
      >
        {failure && (
          <Banner tone="bad" role="alert">
            Not saved: {failure}
          </Banner>
        )}
        <section aria-labelledby="review-changes">
          <h3 id="review-changes" className="mb-2 font-semibold text-[0.8125rem]">
            What changes
          </h3>
          <PolicyChanges
            saved={saved}
            policy={policy}
            entries={entries}
            modelName={(id) => models[id]?.displayName ?? id}
          />
        </section>
        <section aria-labelledby="review-members">
          <h3 id="review-members" className="mb-2 font-semibold text-[0.8125rem]">
            Who is affected
          </h3>
          <div role="status">
            {preview.data ? (
              <AffectedMembers
                preview={preview.data}
                models={models}
                changesPool={Object.keys(entries).some((key) => key.startsWith("pool."))}
              />
            ) : preview.isError ? (
              <Banner
                tone="warn"
                action={
                  <Button size="small" onClick={() => void preview.refetch()}>
                    Retry
                  </Button>
                }
              >
                This could not be worked out. {problemOf(preview.error).message}
              </Banner>
            ) : (
              <>
                <span className="sr-only">Working out who is affected…</span>
                <Skeleton className="h-14" />
              </>
            )}
          </div>
        </section>
        <TextField
          label="Reason for the audit log (optional)"
          value={reason}
          onChange={setReason}
          maxLength={500}
        />
      </form>
    </Dialog>
  );
}
