import { SlidersHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { usePageTitle } from "../../lib/page-title.ts";
import { ThemeMenu } from "../../shell/theme-menu.tsx";

/** The look of a link to another of these pages. */
export const identityLinkClassNames =
  "inline-flex min-h-6 items-center font-medium text-accent-ink underline underline-offset-2";

interface IdentityCardProps {
  title: string;
  description: string;
  footer: ReactNode;
  children: ReactNode;
}

/** The one column in which people sign in and up. */
export function IdentityCard({ title, description, footer, children }: IdentityCardProps) {
  usePageTitle(title);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex items-center justify-between px-4 py-3 sm:px-6">
        <span className="inline-flex items-center gap-2 font-semibold">
          <span aria-hidden className="grid size-7 place-items-center rounded-lg bg-accent text-on-accent">
            <SlidersHorizontal className="size-4" />
          </span>
          AI Config
        </span>
        <ThemeMenu />
      </header>
      <main className="mx-auto w-full max-w-96 px-4 pt-[8vh] pb-16">
        <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
        <p className="mt-1 text-muted">{description}</p>
        <div className="mt-6 rounded-xl border border-line bg-surface p-5 shadow-card">{children}</div>
        <div className="mt-4 text-[0.8125rem] text-muted">{footer}</div>
      </main>
    </div>
  );
}
