const hourMs = 60 * 60_000;

/** How long a former key stays usable after a rotation; a day is what the server does unless told. */
export const overlaps = [
  { value: "0", label: "Not at all", hint: "If the former key has leaked" },
  { value: String(hourMs), label: "1 hour" },
  { value: String(24 * hourMs), label: "1 day", hint: "Lets running work finish" },
  { value: String(7 * 24 * hourMs), label: "7 days" },
] as const;

export const defaultOverlap: string = overlaps[2].value;
