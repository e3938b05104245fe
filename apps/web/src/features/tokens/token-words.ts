import { TOKEN_ACTIONS, type TokenAction } from "@ai-config/config-core";
import { formatDate, formatRelative } from "../../lib/format-time.ts";

interface Token {
  actions: readonly TokenAction[];
  expiresAt: string;
  isExpired: boolean;
  lastUsedAt: string | null;
}

/** What a token may do, as a list to read. */
export function actionWords({ actions }: Pick<Token, "actions">): string {
  if (actions.length === Object.keys(TOKEN_ACTIONS).length) return "May do everything a token can";
  return actions.map((action) => TOKEN_ACTIONS[action]?.label ?? action).join(" · ");
}

/** Until when a token lives, and when it was last of use. */
export function lifeWords({ expiresAt, isExpired, lastUsedAt }: Omit<Token, "actions">, now: Date): string {
  const used = lastUsedAt === null ? "never used" : `last used ${formatRelative(lastUsedAt, now)}`;
  return `${isExpired ? "Ended" : "Ends"} ${formatDate(expiresAt)} · ${used}`;
}

export const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "180", label: "180 days" },
  { value: "365", label: "1 year" },
];
