import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";
import { usePopupHome } from "./popup-home.ts";

interface MenuProps {
  trigger: ReactElement;
  align?: "start" | "end";
  children: ReactNode;
}

const itemClassNames =
  "flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1.5 text-[0.8125rem] outline-none data-[highlighted]:bg-accent-soft data-[highlighted]:text-accent-ink";

/** A list of actions behind a button. */
export function Menu({ trigger, align = "start", children }: MenuProps) {
  const { home, isModal, lookFrom } = usePopupHome();
  return (
    <Base.Root
      modal={isModal}
      onOpenChange={(isOpen, details) => {
        if (isOpen) lookFrom(details.trigger);
      }}
    >
      <Base.Trigger render={trigger} />
      <Base.Portal container={home}>
        <Base.Positioner className="z-60 outline-none" sideOffset={6} align={align} collisionPadding={8}>
          <Base.Popup className="min-w-(--anchor-width) animate-appear rounded-lg border border-line bg-surface p-1 shadow-pop outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** One action. */
export function MenuItem({ onSelect, children }: { onSelect(): void; children: ReactNode }) {
  return (
    <Base.Item onClick={onSelect} className={itemClassNames}>
      {children}
    </Base.Item>
  );
}

interface MenuChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: ReactNode }[];
  onChange(value: Value): void;
}

/** A group of which exactly one is chosen. */
export function MenuChoice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: MenuChoiceProps<Value>) {
  return (
    <Base.RadioGroup aria-label={label} value={value} onValueChange={(next) => onChange(next as Value)}>
      {options.map((option) => (
        <Base.RadioItem
          key={option.value}
          value={option.value}
          closeOnClick
          className={classNames(itemClassNames, "justify-between gap-4")}
        >
          <span className="flex items-center gap-2">{option.label}</span>
          <Base.RadioItemIndicator>
            <Check className="size-3.5" />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}
