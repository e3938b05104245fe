import type { ReactNode } from "react";
import { usePageTitle } from "../lib/page-title.ts";

interface PageHeaderProps {
  title: string;
  /** The browser tab's name, where it should say more than the heading. */
  documentTitle?: string;
  description: string;
  action?: ReactNode;
}

/** The one h1 of a page, what the page is for, and its main switch. */
export function PageHeader({ title, documentTitle = title, description, action }: PageHeaderProps) {
  usePageTitle(documentTitle);
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0">
        <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
        <p className="mt-1 max-w-prose text-muted">{description}</p>
      </div>
      {action}
    </header>
  );
}
