import type { ReactNode } from "react";
import type { Budget } from "../../data/use-budgets.ts";
import { Banner } from "../../ui/banner.tsx";
import { isShut } from "./forecast-words.ts";
import { shutWords } from "./shut-words.ts";

interface ShutBannerProps {
  /** What the members of the organization share. */
  budgets: readonly Budget[];
  organization: string;
  /** What can be done about it. */
  children?: ReactNode;
  action?: ReactNode;
}

/** That a shared budget refuses every call, for all whose calls it refuses: a budget of one's own may have room. */
export function ShutBanner({ budgets, organization, children, action }: ShutBannerProps) {
  const shut = budgets.filter(isShut);
  if (shut.length === 0) return null;
  return (
    <Banner tone="bad" role="status" action={action}>
      {shutWords(shut, organization)}
      {children && <> {children}</>}
    </Banner>
  );
}
