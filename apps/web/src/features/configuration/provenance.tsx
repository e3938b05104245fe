import { CornerDownRight, RotateCcw } from "lucide-react";
import type { Model } from "../../data/use-models.ts";
import { formatValue } from "../../settings/format-value.ts";
import type { FieldState, OwnLayer } from "./field-state.ts";
import { LevelMark, levelLooks } from "./level-mark.tsx";

interface ProvenanceProps {
  state: FieldState;
  ownSource: OwnLayer["source"];
  models: Record<string, Model>;
  onReset?(): void;
}

/** One line under each control: where the value comes from, and the way back to the inherited one. */
export function Provenance({ state, ownSource, models, onReset }: ProvenanceProps) {
  const { field, isSetHere, isRedundant, inherited, winner, overruledBy, imposed, isLocked } = state;
  // The policy has said so in words of its own, and what is set below it counts for nothing.
  if (imposed && (isLocked || !isSetHere)) return null;
  if (winner.value === undefined || (field.control === "secret" && !winner.value)) {
    return <p className="mt-1 flex min-h-6 items-center text-muted text-xs">Not set at any level.</p>;
  }
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs">
      <span className="inline-flex min-h-6 flex-wrap items-center gap-x-1.5 text-muted">
        {isSetHere ? (
          <LevelMark source={ownSource} word="Set here" />
        ) : (
          <>
            <CornerDownRight aria-hidden className="size-3 shrink-0 text-faint" />
            <span>Inherited from</span> <LevelMark source={winner.source} />
          </>
        )}
        {isRedundant && <span>· Same as {levelLooks[inherited.source].word}</span>}
        {overruledBy && isSetHere && !imposed && (
          <span>
            · Overruled by {overruledBy.layer.name ?? levelLooks[overruledBy.source].word}:{" "}
            {formatValue(field, overruledBy.value, models)}
          </span>
        )}
      </span>
      {isSetHere && onReset && (
        <button
          type="button"
          onClick={onReset}
          className="ml-auto inline-flex min-h-6 max-w-full items-center gap-1 rounded font-medium text-accent-ink hover:underline"
        >
          <RotateCcw aria-hidden className="size-3 shrink-0" />
          <span className="truncate">Reset to {formatValue(field, state.resetValue, models)}</span>
        </button>
      )}
    </div>
  );
}
