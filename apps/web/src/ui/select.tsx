import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { classNames } from "../lib/class-names.ts";
import { usePopupHome } from "./popup-home.ts";

export interface SelectOption {
  value: string;
  label: string;
  hint?: string;
  /** It can be read and not be chosen; the hint says why. */
  isDisabled?: boolean;
}

export interface SelectProps {
  id: string;
  labelledBy: string;
  /** Null where nothing is chosen yet; nothing is not a choice. */
  value: string | null;
  options: readonly SelectOption[];
  onChange(value: string): void;
  isMuted?: boolean;
  isInvalid?: boolean;
  isReadOnly?: boolean;
  describedBy?: string;
}

/** One choice out of a list. A value that is not among the options can still be seen and kept. */
export function Select(props: SelectProps) {
  const { id, labelledBy, value, options, onChange } = props;
  const { home, lookFrom } = usePopupHome();
  const isKnown = value === null || options.some((option) => option.value === value);
  const choices: readonly SelectOption[] = isKnown
    ? options
    : [...options, { value, label: value, hint: "Not in the catalogue" }];
  return (
    <Base.Root
      id={id}
      items={choices.map((choice) => ({ value: choice.value, label: choice.label }))}
      value={value}
      readOnly={props.isReadOnly}
      onOpenChange={(isOpen, details) => {
        if (props.isReadOnly) details.cancel();
        else if (isOpen) lookFrom(details.trigger);
      }}
      onValueChange={(next) => {
        if (typeof next === "string") onChange(next);
      }}
    >
      <Base.Trigger
        aria-labelledby={labelledBy}
        aria-invalid={props.isInvalid || undefined}
        aria-describedby={props.describedBy}
        className={classNames(
          "flex h-9 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-control bg-surface px-3 text-left",
          props.isMuted ? "text-muted" : "text-ink",
          props.isInvalid && "border-bad",
          props.isReadOnly && "border-line bg-sunken",
        )}
      >
        <Base.Value placeholder="Not set" className="truncate" />
        {!props.isReadOnly && (
          <Base.Icon>
            <ChevronsUpDown className="size-3.5 text-muted" />
          </Base.Icon>
        )}
      </Base.Trigger>
      <Base.Portal container={home}>
        <Base.Positioner className="z-40 outline-none" sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className="relative max-h-(--available-height) min-w-(--anchor-width) max-w-(--available-width) animate-appear overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop outline-none">
            {choices.map((choice) => (
              <Base.Item
                key={choice.value}
                value={choice.value}
                disabled={choice.isDisabled}
                className="flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1.5 outline-none data-[highlighted]:bg-accent-soft data-[highlighted]:text-accent-ink data-[disabled]:text-faint"
              >
                <span className="grid size-4 shrink-0 place-items-center">
                  <Base.ItemIndicator>
                    <Check className="size-3.5" />
                  </Base.ItemIndicator>
                </span>
                <span className="min-w-0">
                  <Base.ItemText className="block truncate">{choice.label}</Base.ItemText>
                  {choice.hint && <span className="block truncate text-faint text-xs">{choice.hint}</span>}
                </span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
