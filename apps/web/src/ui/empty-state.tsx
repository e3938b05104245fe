import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  action?: ReactNode;
  children: ReactNode;
}

/** Says what will be here, and the next thing to do. */
export function EmptyState({ icon: Icon, title, action, children }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center rounded-xl border border-line-strong border-dashed px-6 py-12 text-center">
      <Icon aria-hidden className="size-6 text-faint" strokeWidth={1.6} />
      <h2 className="mt-3 font-semibold">{title}</h2>
      <div className="mt-1 max-w-md text-[0.8125rem] text-muted">{children}</div>
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}
