import { Switch as Base } from "@base-ui/react/switch";
import { classNames } from "../lib/class-names.ts";

export interface SwitchProps {
  id: string;
  labelledBy: string;
  isOn: boolean;
  onChange(isOn: boolean): void;
  isReadOnly?: boolean;
  isInvalid?: boolean;
  describedBy?: string;
}

/** On or off. The state is also written beside it, so that colour is never the only sign. */
export function Switch({ id, labelledBy, isOn, onChange, isReadOnly, isInvalid, describedBy }: SwitchProps) {
  return (
    <span className="inline-flex h-9 items-center gap-2.5">
      <Base.Root
        id={id}
        aria-labelledby={labelledBy}
        aria-describedby={describedBy}
        aria-invalid={isInvalid || undefined}
        checked={isOn}
        readOnly={isReadOnly}
        onCheckedChange={onChange}
        className={classNames(
          "relative inline-flex h-6 w-11 shrink-0 items-center rounded-full border border-transparent bg-control p-0.5 transition-colors",
          "data-[checked]:bg-accent data-[readonly]:opacity-60",
        )}
      >
        <Base.Thumb className="size-4.5 rounded-full bg-white shadow-card transition-transform data-[checked]:translate-x-5" />
      </Base.Root>
      <span aria-hidden className="text-[0.8125rem] text-muted">
        {isOn ? "On" : "Off"}
      </span>
    </span>
  );
}
