import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut } from "lucide-react";
import { signOut } from "../data/identity.ts";
import { useMe } from "../data/use-me.ts";
import { forgetDrafts } from "../features/configuration/use-draft.ts";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { showToast } from "../ui/toast.tsx";
import { Avatar } from "./avatar.tsx";

/** Who is signed in, and the way out. */
export function AccountMenu() {
  const { user } = useMe();
  const router = useRouter();
  const queryClient = useQueryClient();

  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      showToast({
        kind: "error",
        title: "Not signed out",
        description: error instanceof Error ? error.message : undefined,
      });
      return;
    }
    forgetDrafts();
    await router.navigate({ to: "/sign-in", ignoreBlocker: true });
    queryClient.clear();
  };

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
      <MenuItem onSelect={() => void leave()}>
        <LogOut aria-hidden className="size-4" />
        Sign out
      </MenuItem>
    </Menu>
  );
}
