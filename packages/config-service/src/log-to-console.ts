import type { Log } from "./context.ts";

/** Where nobody says where to: what an operator must know of, as costs that were not booked, may not go nowhere. */
export const logToConsole: Log = (level, message, details) => {
  if (level === "info") return;
  console[level](message, ...(details === undefined ? [] : [details]));
};
