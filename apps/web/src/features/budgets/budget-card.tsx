import { Link } from "@tanstack/react-router";
import { Wallet } from "lucide-react";
import type { Budget } from "../../data/use-budgets.ts";
import { buttonClassNames } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { BudgetMeter } from "./budget-meter.tsx";

interface BudgetCardProps {
  title: string;
  description: string;
  budgets: readonly Budget[];
  timeZone: string;
  /** Where its limits are set, for those who may. */
  edit?: { to: "/configuration"; level: "you" } | { to: "/policy" };
}

/** The budgets of one account or organization. */
export function BudgetCard({ title, description, budgets, timeZone, edit }: BudgetCardProps) {
  return (
    <Card
      id="budgets"
      title={title}
      description={description}
      icon={Wallet}
      action={
        edit && (
          <Link
            to={edit.to}
            search={edit.to === "/configuration" ? { level: edit.level } : {}}
            hash={edit.to === "/configuration" ? "costBudget" : undefined}
            className={buttonClassNames()}
          >
            Change limits
          </Link>
        )
      }
    >
      <ul>
        {budgets.map((budget) => (
          <BudgetMeter key={budget.period} budget={budget} timeZone={timeZone} />
        ))}
      </ul>
    </Card>
  );
}
