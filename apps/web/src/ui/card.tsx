import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface CardProps {
  id?: string;
  title: string;
  description?: string;
  icon?: LucideIcon;
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled group of rows. */
export function Card({ id, title, description, icon: Icon, action, className, children }: CardProps) {
  const titleId = id ? `${id}-title` : undefined;
  return (
    <section
      id={id}
      aria-labelledby={titleId}
      className={classNames("rounded-xl border border-line bg-surface shadow-card", className)}
    >
      <header className="flex flex-wrap items-center gap-3 px-4 py-4 sm:px-5">
        {Icon && (
          <span
            aria-hidden
            className="grid size-8 shrink-0 place-items-center rounded-lg bg-sunken text-muted"
          >
            <Icon className="size-4" strokeWidth={1.8} />
          </span>
        )}
        <div className="min-w-0 flex-1 basis-40">
          <h2 id={titleId} className="font-semibold text-[0.9375rem] tracking-tight">
            {title}
          </h2>
          {description && <p className="text-[0.8125rem] text-muted">{description}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
