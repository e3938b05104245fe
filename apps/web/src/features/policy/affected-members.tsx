import type { Model } from "../../data/use-models.ts";
import type { PolicyPreview } from "../../data/use-policy.ts";
import { affectedText, describeEffects, listNames } from "./describe-effects.ts";

interface AffectedMembersProps {
  preview: PolicyPreview;
  models: Record<string, Model>;
  /** A limit that all members share is among the changes. */
  changesPool: boolean;
}

/** What a policy would change, and for whom. */
export function AffectedMembers({ preview, models, changesPool }: AffectedMembersProps) {
  const { affectedCount, memberCount, members } = preview;
  const effects = describeEffects(members, models);
  const hidden = affectedCount - members.length;
  return (
    <>
      <p className="text-[0.8125rem]">{affectedText(preview)}</p>
      {changesPool && (
        <p className="mt-1 text-[0.8125rem]">Shared limits hold for the calls of all members together.</p>
      )}
      {effects.length > 0 && (
        <ul className="mt-2 divide-y divide-line rounded-lg border border-line text-[0.8125rem]">
          {effects.map(({ label, sentence, names }) => (
            <li key={`${label} ${sentence}`} className="px-3 py-2">
              <p>
                <span className="font-medium">{label}:</span> {sentence}
              </p>
              <p className="break-words text-muted text-xs" title={names.join(", ")}>
                {names.length > 1 && names.length === memberCount ? "All members" : listNames(names)}
              </p>
            </li>
          ))}
        </ul>
      )}
      {hidden > 0 && <p className="mt-1 text-muted text-xs">And {hidden} more members.</p>}
    </>
  );
}
