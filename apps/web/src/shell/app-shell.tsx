import { Outlet, useLocation } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useCurrentOrganization } from "../data/use-current-organization.ts";
import { Drawer } from "../ui/drawer.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Navigation } from "./navigation.tsx";
import { ThemeMenu } from "./theme-menu.tsx";

const pageNames: Record<string, string> = {
  "/configuration": "Configuration",
  "/audit": "Audit log",
  "/budgets": "Budgets",
  "/keys": "API keys",
  "/policy": "Policy",
  "/members": "Members",
  "/account": "Account",
};

/** The frame of every signed-in page: navigation, top bar, content. */
export function AppShell() {
  const [isDrawerOpen, setIsDrawerOpen] = useState(false);
  const pathname = useLocation({ select: (location) => location.pathname });
  const organization = useCurrentOrganization();
  const main = useFocusOnNewPage(pathname);
  return (
    <div className="lg:pl-60">
      <a
        href="#main"
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-accent px-3 py-2 font-medium text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <aside
        aria-label="Sidebar"
        className="fixed inset-y-0 left-0 hidden w-60 flex-col border-line border-r bg-sunken lg:flex"
      >
        <Navigation />
      </aside>
      <Drawer isOpen={isDrawerOpen} onClose={() => setIsDrawerOpen(false)} title="Navigation">
        <Navigation onNavigate={() => setIsDrawerOpen(false)} />
      </Drawer>
      <header className="sticky top-0 z-20 flex h-13 items-center gap-2 border-line border-b bg-canvas px-4 lg:px-8">
        <IconButton label="Open navigation" className="-ml-2 lg:hidden" onClick={() => setIsDrawerOpen(true)}>
          <MenuIcon className="size-5" />
        </IconButton>
        <p className="flex min-w-0 flex-1 items-center gap-2 text-[0.8125rem]">
          {organization && pathname !== "/account" && (
            <>
              <span className="truncate text-muted">{organization.name}</span>
              <span aria-hidden className="text-faint">
                /
              </span>
            </>
          )}
          <span className="whitespace-nowrap font-medium">{pageNames[pathname]}</span>
        </p>
        <ThemeMenu />
      </header>
      <main
        ref={main}
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-6xl px-4 pt-7 pb-16 outline-none in-data-has-save-bar:pb-44 lg:px-8"
      >
        <Outlet />
      </main>
    </div>
  );
}

/** After a change of page the focus starts at the content, so that a screen reader reads the new page. */
function useFocusOnNewPage(pathname: string) {
  const main = useRef<HTMLElement>(null);
  const previous = useRef(pathname);
  useEffect(() => {
    if (previous.current === pathname) return;
    previous.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
