import { useId } from "react";
import type { RouterOutputs } from "../../lib/trpc.ts";
import { Avatar } from "../../shell/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { Select } from "../../ui/select.tsx";
import { isRole, mayManage, type Role, roleOptions, rolesToGive, roleWords } from "./roles.ts";

export type Member = RouterOutputs["organization"]["members"][number];

interface MemberRowProps {
  member: Member;
  isMe: boolean;
  myRole: Role;
  /** The role that is being given at this moment. */
  pendingRole: Role | undefined;
  onRole(role: Role): void;
  onRemove(): void;
}

/** One member: who, what they may do, and what the reader may change about it. */
export function MemberRow({ member, isMe, myRole, pendingRole, onRole, onRemove }: MemberRowProps) {
  const id = useId();
  const isManaged = mayManage(myRole, member.role);
  const name = member.name || member.email || "Somebody without a name";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-3 sm:px-5">
      <Avatar name={name} isRound />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-x-2 font-medium">
          <span id={`${id}-name`} className="min-w-0 break-words">
            {name}
          </span>
          {isMe && <Chip tone="accent">You</Chip>}
        </p>
        <p className="break-all text-muted text-xs">{member.email}</p>
      </div>
      <div className="ml-auto flex items-center gap-2">
        {isManaged ? (
          <div className="w-32">
            <span id={`${id}-role`} className="sr-only">
              Role of
            </span>
            <Select
              id={id}
              labelledBy={`${id}-role ${id}-name`}
              value={pendingRole ?? member.role}
              options={roleOptions(rolesToGive(myRole))}
              onChange={(value) => {
                if (isRole(value) && value !== member.role) onRole(value);
              }}
            />
          </div>
        ) : (
          <Chip>{roleWords[member.role]}</Chip>
        )}
        {(isManaged || isMe) && (
          <Button look="ghost" onClick={onRemove} aria-describedby={`${id}-name`} className="w-20">
            {isMe ? "Leave" : "Remove"}
          </Button>
        )}
      </div>
    </li>
  );
}
