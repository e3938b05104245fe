import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The middle of some measurements: unlike a mean it does not mind a neighbour who wakes up for a moment. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Nanoseconds that each of two loops takes for one step. They take turns, so both meet the same machine. */
export async function compare(
  steps: number,
  base: (steps: number) => unknown,
  other: (steps: number) => unknown,
  rounds = 15,
): Promise<{ base: number; other: number; ratio: number }> {
  const time = async (loop: (steps: number) => unknown) => {
    const start = process.hrtime.bigint();
    await loop(steps);
    return Number(process.hrtime.bigint() - start) / steps;
  };
  for (let round = 0; round < 3; round += 1) {
    await time(base);
    await time(other);
  }
  const pairs: { base: number; other: number }[] = [];
  for (let round = 0; round < rounds; round += 1)
    pairs.push({ base: await time(base), other: await time(other) });
  return {
    base: median(pairs.map((pair) => pair.base)),
    other: median(pairs.map((pair) => pair.other)),
    ratio: median(pairs.map((pair) => pair.other / pair.base)),
  };
}

/**
 * Nanoseconds that each of several things takes. They are done one after the other again and again, as they are in a
 * program, and each is timed by itself: none of them answers for what another one leaves running.
 */
export async function timeInTurns<Name extends string>(
  ways: Readonly<Record<Name, () => Promise<unknown>>>,
  { turns, warmUp }: { turns: number; warmUp: number },
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(ways) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let turn = -warmUp; turn < turns; turn += 1) {
    for (const name of names) {
      const start = process.hrtime.bigint();
      await ways[name]();
      if (turn >= 0) times[name].push(Number(process.hrtime.bigint() - start));
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<Name, number>;
}

/** Bytes of memory that are held by something, with all garbage gone. */
export function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
}

export interface Result {
  name: string;
  measured: string;
  ratio: number;
  /** The most that the ratio may be; absent where it is told for the reader's sake. */
  goal?: number;
}

/** Prints what was measured beside what we promise. */
export function report(title: string, results: readonly Result[]): void {
  console.log(`\n${title}`);
  for (const { name, measured, ratio, goal } of results) {
    const verdict = goal === undefined ? "" : `   goal <= ${goal}x   ${ratio <= goal ? "met" : "MISSED"}`;
    console.log(`  ${name.padEnd(46)} ${measured.padEnd(36)} ${ratio.toFixed(2).padStart(6)}x${verdict}`);
  }
}
