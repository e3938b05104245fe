/** 0.55 as 55. Ten digits are kept: enough for any share, and short of the noise of binary fractions. */
export function percentOf(fraction: number): number {
  return tidy(fraction * 100);
}

/** 55 as 0.55. */
export function fractionOf(percent: number): number {
  return tidy(percent / 100);
}

function tidy(value: number): number {
  return Number(value.toFixed(10));
}

/** A sensible next threshold: half way between the highest one and the whole. */
export function nextThreshold(fractions: readonly (number | null)[]): number {
  const highest = Math.max(0, ...fractions.filter((value) => value !== null));
  return highest >= 1 ? 1 : tidy(Math.ceil(((highest + 1) / 2) * 100) / 100);
}
