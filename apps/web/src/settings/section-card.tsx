import type { SectionName } from "@ai-config/config-core";
import { Gauge, KeyRound, type LucideIcon, RefreshCw, SlidersHorizontal, Timer, Wallet } from "lucide-react";
import type { ReactNode } from "react";
import { Card } from "../ui/card.tsx";

const icons: Record<SectionName, LucideIcon> = {
  model: SlidersHorizontal,
  rateLimiting: Gauge,
  retryStrategy: RefreshCw,
  costBudget: Wallet,
  apiKeys: KeyRound,
  timeouts: Timer,
};

interface SectionCardProps {
  name: SectionName;
  title: string;
  description: string;
  children: ReactNode;
}

/** The card of one section. */
export function SectionCard({ name, title, description, children }: SectionCardProps) {
  return (
    <Card id={name} title={title} description={description} icon={icons[name]}>
      {children}
    </Card>
  );
}
