import { ChevronsUpDown } from "lucide-react";
import { chooseOrganization, useCurrentOrganization } from "../data/use-current-organization.ts";
import { type Membership, useMe } from "../data/use-me.ts";
import { Menu, MenuChoice } from "../ui/menu.tsx";
import { Avatar } from "./avatar.tsx";

/** The organization whose settings are shown; a switch where there are several. */
export function OrganizationMenu() {
  const { organizations } = useMe();
  const current = useCurrentOrganization();
  if (!current) {
    return (
      <div className="flex min-h-11 items-center gap-2.5 px-2 py-1.5">
        <Avatar name="A" />
        <span className="font-semibold text-[0.8125rem]">AI Config</span>
      </div>
    );
  }
  if (organizations.length === 1) {
    return (
      <div className="flex min-h-11 items-center gap-2.5 px-2 py-1.5">
        <OrganizationLabel organization={current} />
      </div>
    );
  }
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex min-h-11 w-full items-center gap-2.5 rounded-lg px-2 py-1.5 text-left hover:bg-line/50"
        >
          <span className="sr-only">Organization:</span>
          <OrganizationLabel organization={current} />
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-muted" />
        </button>
      }
    >
      <MenuChoice
        label="Organization"
        value={current.id}
        onChange={chooseOrganization}
        options={organizations.map((organization) => ({ value: organization.id, label: organization.name }))}
      />
    </Menu>
  );
}

function OrganizationLabel({ organization }: { organization: Membership }) {
  const { name, memberCount } = organization;
  return (
    <>
      <Avatar name={name} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-semibold text-[0.8125rem]">{name}</span>
        <span className="block truncate text-muted text-xs">
          {memberCount} {memberCount === 1 ? "member" : "members"}
        </span>
      </span>
    </>
  );
}
