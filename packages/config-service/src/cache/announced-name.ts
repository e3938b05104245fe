import { createHash } from "node:crypto";

const LENGTH = 32;

/** What the database calls an owner when it announces a change, as `private.announced_name` makes it. */
export function announcedName(id: string): string {
  return createHash("sha256").update(id.toLowerCase()).digest("hex").slice(0, LENGTH);
}
