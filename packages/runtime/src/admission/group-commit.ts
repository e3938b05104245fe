/** Runs `work` on whatever waits at the same moment, and gives each caller its own answer. */
export interface GroupCommit<Item, Answer> {
  add(item: Item): Promise<Answer>;
  /** Resolves when nothing waits or runs any more. */
  idle(): Promise<void>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Puts into one batch what waits while another one runs: a single caller has a batch of its own and waits for
 * nobody, and under load the price of a transaction is shared. `work` answers side by side with its items. What
 * fails by one of them, as `isOfOne` tells, fails for that one alone.
 */
export function createGroupCommit<Item, Answer>(
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { batchMax, isOfOne }: { batchMax: number; isOfOne: (error: unknown) => boolean },
): GroupCommit<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let isRunning = false;
  let whenIdle: (() => void)[] = [];

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax);
      waiting = waiting.slice(batchMax);
      await runBatch(batch, work, isOfOne);
    }
    isRunning = false;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // In a moment, so that what is asked for in the same turn goes together.
        if (!isRunning) {
          isRunning = true;
          queueMicrotask(() => void run());
        }
      }),
    idle: () => (isRunning ? new Promise((resolve) => whenIdle.push(resolve)) : Promise.resolve()),
  };
}

async function runBatch<Item, Answer>(
  batch: readonly Waiting<Item, Answer>[],
  work: (items: readonly Item[]) => Promise<readonly Answer[]>,
  isOfOne: (error: unknown) => boolean,
): Promise<void> {
  try {
    const answers = await work(batch.map(({ item }) => item));
    for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
  } catch (error) {
    if (batch.length > 1 && isOfOne(error)) {
      const middle = batch.length >> 1;
      await runBatch(batch.slice(0, middle), work, isOfOne);
      await runBatch(batch.slice(middle), work, isOfOne);
      return;
    }
    for (const { reject } of batch) reject(error);
  }
}
