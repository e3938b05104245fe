const words: Readonly<Record<string, string>> = {
  trpc: "This interface",
  rest: "The REST API",
  service: "A service",
  sql: "A database statement, past this product",
};

/** Through what a change was made; what has no words is shown as it is. */
export function viaText(via: string): string {
  return words[via] ?? via;
}
