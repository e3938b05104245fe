import type { KeySummary } from "../../data/use-keys.ts";
import { Chip, type ChipTone } from "../../ui/chip.tsx";

const states: Record<string, { word: string; tone: ChipTone }> = {
  active: { word: "Active", tone: "good" },
  grace: { word: "Being replaced", tone: "warn" },
  revoked: { word: "Revoked", tone: "neutral" },
};

/** The slots of an owner: a table where there is room, a list of cards where there is not. */
export function KeyList({ keys }: { keys: readonly KeySummary[] }) {
  return (
    <ul>
      {keys.map((key) => {
        const state = states[key.status] ?? { word: key.status, tone: "neutral" as const };
        return (
          <li
            key={`${key.slot}-${key.keyVersion}`}
            className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-line border-t px-4 py-3.5 sm:px-5"
          >
            <span className="w-24 font-medium">{key.slot === "primary" ? "Primary" : "Secondary"}</span>
            <code className="min-w-0 break-all font-mono text-[0.8125rem]">{key.hint}</code>
            <span className="text-muted text-xs">Version {key.keyVersion}</span>
            <span className="ml-auto flex gap-1.5">
              <Chip tone={key.verified ? "good" : "warn"}>{key.verified ? "Verified" : "Unverified"}</Chip>
              <Chip tone={state.tone}>{state.word}</Chip>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
