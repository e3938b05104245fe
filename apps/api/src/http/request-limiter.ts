import { type Database, sql } from "@ai-config/db";

/** Counters whose time was over this long ago are of no use to anybody. */
const FORGET_EVERY_MS = 5 * 60_000;

/** Counts what somebody asks for, in all processes together. */
export interface RequestLimiter {
  /** Takes so many calls from what `who` has left. Answers how many milliseconds to wait, or undefined. */
  take(who: string, calls: number): Promise<number | undefined>;
}

/**
 * Counts in the database, connected with the role that may reach the identity tables. Time is the database's: clocks
 * of processes that differ, or jump, neither shut anybody out nor give anybody more.
 */
export function createRequestLimiter(
  { db }: Pick<Database, "db">,
  points: number,
  seconds = 60,
): RequestLimiter {
  /** Who is over the limit, until when: until then they cost the database nothing more. */
  const shut = new Map<string, number>();
  let forgetAt = performance.now() + FORGET_EVERY_MS;

  async function count(who: string, calls: number): Promise<{ points: number; ms: number }> {
    const [row] = await db.execute<{ points: number; ms: number }>(sql`
      insert into identity.request_limits as l (key, points, expire)
      values (${who}, ${calls}::integer, clock_timestamp() + make_interval(secs => ${seconds}::integer))
      on conflict (key) do update set
        points = case when l.expire <= clock_timestamp() then excluded.points else l.points + excluded.points end,
        expire = case when l.expire <= clock_timestamp() then excluded.expire else l.expire end
      returning points, ceil(extract(epoch from expire - clock_timestamp()) * 1000)::float8 as ms`);
    if (row === undefined) throw new Error("The database counted nothing.");
    return row;
  }

  function forget(now: number): void {
    if (now < forgetAt) return;
    forgetAt = now + FORGET_EVERY_MS;
    for (const [who, until] of shut) if (until <= now) shut.delete(who);
    // Beside the call: it only keeps the table small, and the next one tries again.
    db.execute(
      sql`delete from identity.request_limits where expire < clock_timestamp() - interval '1 hour'`,
    ).then(
      () => {},
      () => {},
    );
  }

  return {
    take: async (who, calls) => {
      const now = performance.now();
      forget(now);
      const left = (shut.get(who) ?? now) - now;
      if (left > 0) return Math.ceil(left);
      const counted = await count(who, calls);
      if (counted.points <= points) return undefined;
      const wait = Math.max(counted.ms, 1);
      shut.set(who, now + wait);
      return wait;
    },
  };
}
