import { Link, type LinkProps } from "@tanstack/react-router";
import { Building2, UserRound } from "lucide-react";
import type { Level } from "../data/owner.ts";
import { Segmented, segmentClassNames } from "../ui/segmented.tsx";

const levels = [
  { level: "you", word: "You", icon: UserRound },
  { level: "organization", word: "Organization", icon: Building2 },
] as const;

interface LevelSwitchProps {
  current: Level;
  to: LinkProps["to"] & ("/configuration" | "/audit" | "/budgets" | "/keys");
}

/** Which level a page is about; each has its own address. */
export function LevelSwitch({ current, to }: LevelSwitchProps) {
  return (
    <Segmented label="Level">
      {levels.map(({ level, word, icon: Icon }) => (
        <Link
          key={level}
          to={to}
          search={{ level }}
          aria-current={current === level ? "page" : undefined}
          className={segmentClassNames(current === level)}
        >
          <Icon aria-hidden className="size-3.5" />
          {word}
        </Link>
      ))}
    </Segmented>
  );
}
