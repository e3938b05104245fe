interface KeyInSlot {
  slot: "primary" | "secondary";
  hint: string;
}

/** What happens when a key is revoked: what stops, what goes along, and what takes its place. */
export function revokeWords(
  { slot, hint }: KeyInSlot,
  keys: readonly KeyInSlot[],
  of: string | undefined,
): string[] {
  if (slot === "secondary") {
    return [`${hint} stops working at once in every process. The primary key stays as it is.`];
  }
  const secondary = keys.find((key) => key.slot === "secondary");
  const ends =
    secondary === undefined
      ? `${hint} stops working at once in every process.`
      : `${hint} stops working at once in every process, and so does the secondary key ${secondary.hint}.`;
  const instead =
    of === undefined
      ? "Your requests then use the key of your organization, or that of this deployment."
      : `Members of ${of} without a key of their own then use the key of this deployment.`;
  return [ends, instead];
}
