import { useRouter } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut, UserRound } from "lucide-react";
import { useMe } from "../data/use-me.ts";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { Avatar } from "./avatar.tsx";
import { useSignOut } from "./use-sign-out.ts";

/** Who is signed in, their account, and the way out. */
export function AccountMenu({ onNavigate }: { onNavigate?(): void }) {
  const { user } = useMe();
  const router = useRouter();
  const signOut = useSignOut();
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex min-h-11 w-full items-center gap-2.5 rounded-lg px-2 py-1.5 text-left hover:bg-line/50 data-[popup-open]:bg-line/50"
        >
          <Avatar name={user.name} isRound />
          <span className="min-w-0 flex-1">
            <span className="sr-only">Account:</span>
            <span className="block truncate font-medium text-[0.8125rem]">{user.name}</span>
            <span className="block truncate text-muted text-xs">{user.email}</span>
          </span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-muted" />
        </button>
      }
    >
      <MenuItem
        onSelect={() => {
          onNavigate?.();
          void router.navigate({ to: "/account" });
        }}
      >
        <UserRound aria-hidden className="size-4" />
        Account
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden className="size-4" />
        Sign out
      </MenuItem>
    </Menu>
  );
}
