import type { TestAnswer } from "../../data/use-test-call.ts";

type Governed = TestAnswer["governed"];

/** The id of the card, which links lead to, and what it is called. */
export const TEST_CALL = { name: "test-call", title: "Test call" } as const;

const keyWords: Record<string, string> = {
  primary: "Primary key",
  secondary: "Secondary key",
  environment: "Key of this deployment",
};

/** On which key a call ran, never the key. */
export function keyWord(slot: string | null): string {
  return slot === null ? "None" : (keyWords[slot] ?? slot);
}

const basisWords: Record<Governed["cost"]["basis"], string> = {
  exact: "",
  estimated: " (estimated)",
  unknown: " (unknown price)",
};

export function costBasisWord(basis: Governed["cost"]["basis"]): string {
  return basisWords[basis];
}

/** "1", or "3: 529, 529, 200" where it was not the first that answered. */
export function attemptWords(attempts: Governed["attempts"]): string {
  if (attempts.length <= 1) return String(attempts.length);
  return `${attempts.length}: ${attempts.map(attemptWord).join(", ")}`;
}

/** An answer that broke off has a status that tells nothing of it. */
function attemptWord({ status, failure }: Governed["attempts"][number]): string {
  const hasBroken = failure !== null && status === 200;
  return String((hasBroken ? null : status) ?? failure ?? "no answer");
}

/** Where the way to a successful call leads after this refusal, if a page of ours is on it. */
export function wayOut(
  code: string,
): { to: "/keys" | "/budgets" | "/configuration"; word: string } | undefined {
  switch (code) {
    case "KEY_MISSING":
    case "KEY_UNREADABLE":
    case "PROVIDER_KEY_REFUSED":
      return { to: "/keys", word: "API keys" };
    case "LIMIT_REACHED":
      return { to: "/budgets", word: "Budgets" };
    case "MODEL_RETIRED":
    case "PRICE_UNKNOWN":
    case "POLICY_CONFLICT":
    case "CALL_TIMEOUT":
      return { to: "/configuration", word: "Configuration" };
    default:
      return undefined;
  }
}
