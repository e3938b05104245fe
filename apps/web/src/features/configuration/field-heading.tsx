import { Link } from "@tanstack/react-router";
import { Hash, Lock } from "lucide-react";
import { Chip } from "../../ui/chip.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import type { FieldState } from "./field-state.ts";

interface FieldHeadingProps {
  id: string;
  state: FieldState;
  /** Whether there is a control of that id to press the label for. */
  isLabel: boolean;
}

/** What a setting is called and how it stands, with an address of its own and its help. */
export function FieldHeading({ id, state, isLabel }: FieldHeadingProps) {
  const { field, isEdited, isLocked } = state;
  return (
    <div className="min-w-0">
      <div className="flex min-h-6 flex-wrap items-center gap-x-1.5">
        <label id={`${id}-label`} htmlFor={isLabel ? id : undefined} className="font-medium">
          {field.label}
        </label>
        {isEdited && <Chip tone="accent">Edited</Chip>}
        {isLocked && (
          <Chip>
            <Lock aria-hidden className="size-2.5" />
            Locked
          </Chip>
        )}
        <Tooltip text="Link to this setting">
          <Link
            to="/configuration"
            search={(search) => search}
            hash={field.path}
            replace
            aria-label={`Link to ${field.label}`}
            className="grid size-6 place-items-center rounded text-faint opacity-0 hover:text-ink focus-visible:opacity-100 group-hover:opacity-100"
          >
            <Hash aria-hidden className="size-3.5" />
          </Link>
        </Tooltip>
      </div>
      <p id={`${id}-help`} className="max-w-prose text-[0.8125rem] text-muted">
        {field.help}
      </p>
    </div>
  );
}
