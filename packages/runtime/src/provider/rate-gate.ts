/** What a request will take of the provider's limits, as far as it is known before. */
export interface Need {
  readonly inputTokens: number;
}

/** Slows one key, model and kind of request down before Anthropic has to refuse. */
export interface RateGate {
  /** Takes what a request needs, and says how long to wait before it is sent. */
  take(need: Need): number;
  /** Gives it back where the request is not sent after all. */
  giveBack(need: Need): void;
  /** Learns what is left from the headers of an answer, refusals included. */
  observe(headers: Headers): void;
  /** Nothing is sent for so long: what a refusal asked for. */
  holdFor(ms: number): void;
}

/** Anthropic's own buckets, as far as headers tell: each fills up again at an even rate. */
interface Bucket {
  limit: number;
  level: number;
  perMs: number;
  at: number;
}

type Kind = "requests" | "input-tokens" | "output-tokens";

/** The headers of each, put together once. */
const KINDS = (["requests", "input-tokens", "output-tokens"] as const).map((kind) => ({
  kind,
  limit: `anthropic-ratelimit-${kind}-limit`,
  remaining: `anthropic-ratelimit-${kind}-remaining`,
  reset: `anthropic-ratelimit-${kind}-reset`,
}));
const MINUTE_MS = 60_000;
/** A minute's limit comes back within a minute; a clock that is wrong must not stop anybody for longer. */
const WAIT_MAX_MS = MINUTE_MS;

export function createRateGate(now: () => number): RateGate {
  const buckets = new Map<Kind, Bucket>();
  let heldUntil = 0;
  let underway = 0;
  const timeOf = createTimeReader();

  function fill(bucket: Bucket, at: number): void {
    bucket.level = Math.min(bucket.limit, bucket.level + Math.max(0, at - bucket.at) * bucket.perMs);
    bucket.at = at;
  }

  function change(need: Need, sign: 1 | -1): void {
    for (const [kind, bucket] of buckets) bucket.level -= sign * amountOf(kind, need);
    underway = Math.max(0, underway + sign);
  }

  return {
    take(need) {
      if (buckets.size === 0 && heldUntil === 0) {
        underway += 1;
        return 0;
      }
      const at = now();
      let wait = heldUntil - at;
      for (const [kind, bucket] of buckets) {
        fill(bucket, at);
        // A request larger than the whole bucket passes when it is full.
        const lacking = Math.min(amountOf(kind, need), bucket.limit) - bucket.level;
        if (lacking > 0) wait = Math.max(wait, Math.min(WAIT_MAX_MS, lacking / bucket.perMs));
      }
      change(need, 1);
      return Math.max(0, Math.ceil(wait));
    },
    giveBack(need) {
      change(need, -1);
    },
    observe(headers) {
      underway = Math.max(0, underway - 1);
      const at = now();
      for (const names of KINDS) {
        const { kind } = names;
        const told = readBucket(headers, names, at, timeOf);
        if (told === undefined) continue;
        const known = buckets.get(kind);
        if (known !== undefined && underway > 0) {
          // What is under way is not in the figure yet, and may be in ours.
          fill(known, at);
          told.level = Math.min(told.level, known.level);
        }
        buckets.set(kind, told);
      }
    },
    holdFor(ms) {
      heldUntil = Math.max(heldUntil, now() + ms);
    },
  };
}

function amountOf(kind: Kind, { inputTokens }: Need): number {
  // How much will be written nobody knows: it is enough that something is left.
  return kind === "input-tokens" ? inputTokens : 1;
}

/** Reads times; the same few come with all answers of a moment, and reading one takes longer than remembering it. */
function createTimeReader(): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    let time = known.get(text);
    if (time === undefined) {
      time = Date.parse(text);
      if (known.size >= KINDS.length) known.clear();
      known.set(text, time);
    }
    return time;
  };
}

function readBucket(
  headers: Headers,
  names: (typeof KINDS)[number],
  at: number,
  timeOf: (text: string) => number,
): Bucket | undefined {
  const told = headers.get(names.limit);
  if (told === null) return undefined;
  const limit = amountIn(told);
  const level = amountIn(headers.get(names.remaining));
  const resetAt = timeOf(headers.get(names.reset) ?? "");
  if (!(limit > 0 && level >= 0 && Number.isFinite(resetAt))) return undefined;
  // Full again at the reset; never slower than within a minute, never faster than within a second.
  const fullIn = Math.min(MINUTE_MS, Math.max(1_000, resetAt - at));
  const perMs = level < limit ? (limit - level) / fullIn : limit / MINUTE_MS;
  return { limit, level, perMs: Math.max(perMs, limit / MINUTE_MS / 10), at };
}

/** Anything but digits is no amount: of nothing, `Number` would make a limit that is reached. */
function amountIn(text: string | null): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
