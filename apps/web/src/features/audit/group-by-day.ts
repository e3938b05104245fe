/** Puts entries, already newest first, under the local day on which they happened. */
export function groupByDay<Entry extends { changedAt: string }>(
  entries: readonly Entry[],
): { day: string; entries: Entry[] }[] {
  const groups: { day: string; entries: Entry[] }[] = [];
  for (const entry of entries) {
    const day = new Date(entry.changedAt).toDateString();
    const last = groups.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else groups.push({ day, entries: [entry] });
  }
  return groups;
}
