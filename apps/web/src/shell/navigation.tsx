import { Link } from "@tanstack/react-router";
import { History, KeyRound, ShieldCheck, SlidersHorizontal, Users, Wallet } from "lucide-react";
import { useCurrentOrganization } from "../data/use-current-organization.ts";
import { classNames } from "../lib/class-names.ts";
import { AccountMenu } from "./account-menu.tsx";
import { OrganizationMenu } from "./organization-menu.tsx";

const groups = [
  {
    title: "Configure",
    pages: [{ to: "/configuration", word: "Configuration", icon: SlidersHorizontal }],
  },
  {
    title: "Operate",
    pages: [
      { to: "/budgets", word: "Budgets", icon: Wallet },
      { to: "/keys", word: "API keys", icon: KeyRound },
      { to: "/audit", word: "Audit log", icon: History },
    ],
  },
] as const;

const organizationGroup = {
  title: "Organization",
  pages: [
    { to: "/policy", word: "Policy", icon: ShieldCheck },
    { to: "/members", word: "Members", icon: Users },
  ],
} as const;

const pageLinkClassNames = classNames(
  "flex min-h-9 items-center gap-2.5 rounded-md border border-transparent px-2 text-[0.8125rem] text-muted transition-colors lg:min-h-8",
  "hover:bg-line/50 hover:text-ink",
  "aria-[current=page]:border-line aria-[current=page]:bg-surface aria-[current=page]:font-medium aria-[current=page]:text-ink aria-[current=page]:shadow-card",
);

/** The pages, and who is looking at them. */
export function Navigation({ onNavigate }: { onNavigate?(): void }) {
  const hasOrganization = useCurrentOrganization() !== undefined;
  const shown = hasOrganization ? [...groups, organizationGroup] : groups;
  return (
    <div className="flex min-h-0 flex-1 flex-col p-3">
      <OrganizationMenu />
      <nav aria-label="Main" className="relative mt-3 min-h-0 flex-1 space-y-5 overflow-y-auto">
        {shown.map(({ title, pages }) => (
          <div key={title}>
            <h2 className="px-2 pb-1 font-medium text-muted text-xs">{title}</h2>
            <ul className="space-y-0.5">
              {pages.map(({ to, word, icon: Icon }) => (
                <li key={to}>
                  <Link
                    to={to}
                    onClick={onNavigate}
                    activeOptions={{ includeSearch: false, includeHash: false }}
                    className={pageLinkClassNames}
                  >
                    <Icon aria-hidden className="size-4 shrink-0" strokeWidth={1.8} />
                    {word}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="mt-3 border-line border-t pt-2">
        <AccountMenu onNavigate={onNavigate} />
      </div>
    </div>
  );
}
