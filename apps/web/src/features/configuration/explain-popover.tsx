import type { FieldSource, LayerSource } from "@ai-config/config-core";
import { Info } from "lucide-react";
import type { Model } from "../../data/use-models.ts";
import { classNames } from "../../lib/class-names.ts";
import { formatValue } from "../../settings/format-value.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { Popover } from "../../ui/popover.tsx";
import type { FieldState } from "./field-state.ts";
import { LevelMark } from "./level-mark.tsx";

/** The levels that are always told, strongest first; rarer ones appear when they have a say. */
const everyLevel: readonly LayerSource[] = [
  "policy",
  "user",
  "experiment",
  "organization",
  "environment",
  "defaults",
];
const rareLevels: readonly LayerSource[] = ["policy", "experiment"];

interface ExplainProps {
  state: FieldState;
  models: Record<string, Model>;
  names: { user: string; organization?: string };
  isOrganizationLevel: boolean;
}

/** Where a value comes from, level by level. */
export function ExplainPopover({ state, models, names, isOrganizationLevel }: ExplainProps) {
  const { field, chain } = state;
  const rows = everyLevel.flatMap((source): { source: LayerSource; item?: FieldSource }[] => {
    const items = chain.filter((item) => item.source === source);
    if (items.length === 0) return rareLevels.includes(source) ? [] : [{ source }];
    return items.map((item) => ({ source, item }));
  });
  return (
    <Popover
      title={`Where “${field.label}” comes from`}
      className="w-88"
      trigger={
        <IconButton label={`Explain ${field.label}`} className="mt-0.5">
          <Info className="size-4" />
        </IconButton>
      }
    >
      <ol className="mt-2 space-y-0.5 text-[0.8125rem]">
        {rows.map(({ source, item }, index) => {
          const isWinner = item !== undefined && item === chain[0];
          const isPersonal = source === "user" && isOrganizationLevel;
          return (
            <li
              key={`${source}-${index}`}
              className={classNames(
                "flex min-h-8 items-center gap-2 rounded-md px-2 py-1",
                isWinner && "bg-accent-soft",
              )}
            >
              <LevelMark source={source} />
              <span className={classNames("truncate text-xs", isWinner ? "text-ink" : "text-muted")}>
                {nameOf(source, item, names, isOrganizationLevel)}
              </span>
              <span className="ml-auto max-w-1/2 shrink-0 break-words text-right font-mono text-xs">
                {isPersonal ? (
                  <span className="text-faint">may differ</span>
                ) : item === undefined ? (
                  <span className="text-faint">not set</span>
                ) : isWinner ? (
                  <strong className="font-semibold">
                    {formatValue(field, item.value, models)}
                    <span className="sr-only"> (this value is used)</span>
                  </strong>
                ) : (
                  <s className="text-muted">{formatValue(field, item.value, models)}</s>
                )}
              </span>
            </li>
          );
        })}
      </ol>
      <p className="mt-2 border-line border-t pt-2 text-muted text-xs">
        {chain.length === 0 ? "No level sets a value." : "The topmost level that sets a value wins."}
        {state.isEdited && " Your unsaved change is counted in."}
      </p>
    </Popover>
  );
}

function nameOf(
  source: LayerSource,
  item: FieldSource | undefined,
  names: ExplainProps["names"],
  isOrganizationLevel: boolean,
): string {
  if (item?.layer.name && item.layer.name !== "default") return item.layer.name;
  if (source === "user") return isOrganizationLevel ? "Each member" : names.user;
  if (source === "organization") return names.organization ?? "";
  if (source === "environment") return "This deployment";
  if (source === "defaults") return "Built in";
  return "";
}
