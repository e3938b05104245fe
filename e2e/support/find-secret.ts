/**
 * The forms that a secret may hide in: as it is, in hex, in base64 of either alphabet wherever it stands in the
 * encoded text, percent-encoded, reversed, and the part of it that tells it from every other key.
 */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  for (const hex of [bytes.toString("hex"), bytes.toString("hex").toUpperCase()]) forms.add(hex);
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    for (const alphabet of ["base64", "base64url"] as const) {
      const text = shifted.toString(alphabet).replace(/=+$/, "");
      // The first and last characters share bits with what stands around.
      forms.add(text.slice(shift === 0 ? 0 : 4, -4));
    }
  }
  forms.add([...secret].reverse().join(""));
  // Everything but the part that all keys share and the four characters of the hint.
  forms.add(secret.slice(13, -4));
  return [...forms].filter((form) => form.length >= 12);
}

/** Where a text holds one of the secrets in any form: the form and what stands around it. */
export function findSecrets(text: string, secrets: readonly string[]): string[] {
  const found: string[] = [];
  const lower = text.toLowerCase();
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      const at = lower.indexOf(form.toLowerCase());
      if (at >= 0)
        found.push(
          `…${text.slice(Math.max(0, at - 120), at)}<<SECRET>>${text.slice(at + form.length, at + form.length + 60)}…`,
        );
    }
  }
  return found;
}
