import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

const looks = {
  info: { icon: Info, className: "border-line bg-sunken text-muted" },
  good: { icon: CircleCheck, className: "border-transparent bg-good-soft text-good-ink" },
  warn: { icon: TriangleAlert, className: "border-transparent bg-warn-soft text-warn-ink" },
  bad: { icon: CircleAlert, className: "border-transparent bg-bad-soft text-bad-ink" },
} as const;

interface BannerProps {
  tone?: keyof typeof looks;
  role?: "status" | "alert";
  action?: ReactNode;
  children: ReactNode;
}

/** A sentence about the whole page, above its content. */
export function Banner({ tone = "info", role, action, children }: BannerProps) {
  const { icon: Icon, className } = looks[tone];
  return (
    <div
      role={role}
      className={classNames(
        "flex flex-wrap items-center gap-2.5 rounded-lg border px-3.5 py-2.5 text-[0.8125rem]",
        className,
      )}
    >
      {/* Where the words would be left too little room, what to do about it comes below them. */}
      <div className="flex min-w-0 flex-1 basis-64 items-center gap-2.5">
        <Icon aria-hidden className="size-4 shrink-0" />
        <div className="min-w-0 flex-1">{children}</div>
      </div>
      {action}
    </div>
  );
}
