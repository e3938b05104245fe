export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
}

/** Remembers at least the last `count` ids and at most twice as many. */
export function recentIds(count: number): RecentIds {
  let newer = new Set<string>();
  let older = new Set<string>();
  return {
    has: (id) => newer.has(id) || older.has(id),
    add(id) {
      if (newer.size >= count) {
        older = newer;
        newer = new Set();
      }
      newer.add(id);
    },
  };
}
