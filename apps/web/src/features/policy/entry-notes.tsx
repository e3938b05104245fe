import { CircleAlert } from "lucide-react";
import type { EntryState } from "./entry-state.ts";
import { placeOf } from "./policy-draft.ts";

/** What is wrong with a part of the policy, and what somebody else has made of it meanwhile. */
export function EntryNotes({ id, state }: { id: string; state: EntryState }) {
  const { issues, contested } = state;
  return (
    <>
      <div id={`${id}-issues`}>
        {issues.map(({ path, message }) => (
          <p key={path} className="mt-1 flex items-start gap-1 font-medium text-bad-ink text-xs">
            <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
            <span className="min-w-0">
              {prefixOf(path)}
              {message}
            </span>
          </p>
        ))}
      </div>
      {contested && (
        <p className="mt-1 flex flex-wrap items-center gap-x-2 text-warn-ink text-xs">
          Meanwhile changed to: {contested.text}.
          <button
            type="button"
            onClick={contested.use}
            className="min-h-6 font-medium underline underline-offset-2"
          >
            Use it
          </button>
        </p>
      )}
    </>
  );
}

/** Of two numbers side by side, which one is meant. */
function prefixOf(path: string): string {
  const { part } = placeOf(path);
  return part === "min" ? "Minimum: " : part === "max" ? "Maximum: " : "";
}
