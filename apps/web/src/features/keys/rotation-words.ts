import { formatDate } from "../../lib/format-time.ts";

export interface RotationWords {
  text: string;
  isPast: boolean;
}

/** When the schedule wants a key replaced, and whether that day has passed. */
export function rotationWords(dueAt: string | null, now: Date): RotationWords | undefined {
  if (dueAt === null) return undefined;
  const isPast = Date.parse(dueAt) <= now.getTime();
  return { text: `Rotation ${isPast ? "was due" : "due"} ${formatDate(dueAt)}`, isPast };
}
