const known = new Map<string, boolean>();
const KNOWN_MAX = 1_000;

/** Whether this system knows a time zone of that name. */
export function isTimeZone(name: string): boolean {
  let isKnown = known.get(name);
  if (isKnown === undefined) {
    isKnown = hasFormat(name);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(name, isKnown);
  }
  return isKnown;
}

/** Offsets such as +01:00 have formats too, and no daylight saving time: they are no zones. */
function hasFormat(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
