import { Lock, ShieldCheck } from "lucide-react";
import type { Model } from "../../data/use-models.ts";
import { formatValue } from "../../settings/format-value.ts";
import type { FieldState } from "./field-state.ts";
import { boundsText } from "./policy-texts.ts";

interface PolicyNoteProps {
  id: string;
  state: FieldState;
  /** The policy does not let the value be stored, which is told already. */
  isRefused: boolean;
  /** Who imposes the policy. */
  organization: string;
  models: Record<string, Model>;
}

/** What the organization's policy does to a setting, or would do. What an edit brings about is read out. */
export function PolicyNote({ id, state, isRefused, organization, models }: PolicyNoteProps) {
  const { field, winner } = state;
  const imposed = isRefused && !state.isLocked ? undefined : state.imposed;
  const bounds = state.imposed ? undefined : boundsText(field, state.rule, organization);
  return (
    <div id={id} role="status">
      {imposed && (
        <p className="mt-1 flex min-h-6 items-center gap-1.5 font-medium text-level-organization text-xs">
          <Lock aria-hidden className="size-3 shrink-0" />
          <span className="min-w-0">
            {imposed.message}
            {imposed.kind === "models" && ` ${formatValue(field, winner.value, models)} is used instead.`}
          </span>
        </p>
      )}
      {bounds && (
        <p className="mt-1 flex min-h-6 items-center gap-1.5 text-muted text-xs">
          <ShieldCheck aria-hidden className="size-3 shrink-0 text-level-organization" />
          <span className="min-w-0">{bounds}</span>
        </p>
      )}
    </div>
  );
}
