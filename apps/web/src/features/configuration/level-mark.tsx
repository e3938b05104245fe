import type { LayerSource } from "@ai-config/config-core";
import { Box, Building2, FlaskConical, type LucideIcon, Server, ShieldCheck, UserRound } from "lucide-react";
import { classNames } from "../../lib/class-names.ts";

interface LevelLook {
  word: string;
  icon: LucideIcon;
  className: string;
}

/** How each source looks: always a word and a symbol, the colour only repeats it. */
export const levelLooks: Record<LayerSource, LevelLook> = {
  policy: { word: "Policy", icon: ShieldCheck, className: "text-level-organization" },
  user: { word: "User", icon: UserRound, className: "text-level-user" },
  experiment: { word: "Experiment", icon: FlaskConical, className: "text-level-organization" },
  organization: { word: "Organization", icon: Building2, className: "text-level-organization" },
  environment: { word: "Environment", icon: Server, className: "text-level-environment" },
  defaults: { word: "Defaults", icon: Box, className: "text-level-defaults" },
};

/** Symbol and word of a source. */
export function LevelMark({ source, word }: { source: LayerSource; word?: string }) {
  const { icon: Icon, word: name, className } = levelLooks[source];
  return (
    <span className={classNames("inline-flex items-center gap-1 font-medium", className)}>
      <Icon aria-hidden className="size-3 shrink-0" />
      {word ?? name}
    </span>
  );
}
