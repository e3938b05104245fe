/** What a request will take of the provider's limits, as far as it is known before. */
export interface Need {
  readonly inputTokens: number;
}

/** Slows one key, model and kind of request down before Anthropic has to refuse. */
export interface RateGate {
  /** Takes what a request needs, until its own answer tells what is left or it is given back. */
  take(need: Need): Permit;
  /** Nothing is sent for so long: what a refusal asked for. */
  holdFor(ms: number): void;
}

/** One request's place. */
export interface Permit {
  /** How long to wait before it is sent. */
  readonly waitMs: number;
  /** Learns what is left from the headers of its answer, refusals included. */
  observe(headers: Headers): void;
  /** Where it was not sent, or nothing was heard of it. Does nothing once its answer was observed. */
  giveBack(): void;
}

export interface GateClocks {
  /** The date. */
  now(): number;
  /** Milliseconds that waits are measured by, going on evenly where the date is put right. */
  steady(): number;
}

/** Anthropic's own buckets, as far as headers tell: each fills up again at an even rate. */
interface Bucket {
  limit: number;
  /** What was told to be left, and what came back since. What is under way is not taken from it. */
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

export function createRateGate({ now, steady }: GateClocks): RateGate {
  const buckets = new Map<Kind, Bucket>();
  const underWay = { requests: 0, inputTokens: 0 };
  /** What is counted as under way, in the order it was taken. */
  const counted = new Set<{ readonly need: Need; readonly until: number }>();
  let heldUntil: number | undefined;
  let taken = 0;
  /** The place of the last taken request of all that were answered. */
  let newest = 0;
  const timeOf = createTimeReader();

  function count(need: Need, sign: 1 | -1): void {
    underWay.requests += sign;
    underWay.inputTokens += sign * need.inputTokens;
  }

  function waitFor(need: Need): number {
    if (buckets.size === 0 && heldUntil === undefined) return 0;
    const at = steady();
    // What was sent a minute ago has come back, whether or not its answer is here: answers take longer than limits.
    for (const one of counted) {
      if (one.until > at) break;
      counted.delete(one);
      count(one.need, -1);
    }
    let wait = (heldUntil ?? at) - at;
    for (const [kind, bucket] of buckets) {
      fill(bucket, at);
      // A request larger than the whole bucket passes when it is full.
      const lacking = Math.min(amountOf(kind, need), bucket.limit) - bucket.level + takenOf(kind, underWay);
      if (lacking > 0) wait = Math.max(wait, Math.min(WAIT_MAX_MS, lacking / bucket.perMs));
    }
    return Math.max(0, Math.ceil(wait));
  }

  function learn(headers: Headers, place: number): void {
    const at = steady();
    // Answers overtake each other. What was asked for before may be told as of before, and brings nothing back.
    const isNewest = place > newest;
    if (isNewest) newest = place;
    for (const names of KINDS) {
      const told = readBucket(headers, names, { at, now, timeOf });
      if (told === undefined) continue;
      const known = buckets.get(names.kind);
      if (known !== undefined && !isNewest) {
        fill(known, at);
        known.level = Math.min(told.level, known.level);
      } else buckets.set(names.kind, told);
    }
  }

  return {
    take(need) {
      const waitMs = waitFor(need);
      count(need, 1);
      const one = { need, until: steady() + waitMs + MINUTE_MS };
      counted.add(one);
      taken += 1;
      const place = taken;
      let isOpen = true;
      const close = () => {
        const wasOpen = isOpen;
        isOpen = false;
        if (counted.delete(one)) count(need, -1);
        return wasOpen;
      };
      return {
        waitMs,
        observe(headers) {
          if (close()) learn(headers, place);
        },
        giveBack: () => void close(),
      };
    },
    holdFor(ms) {
      const until = steady() + ms;
      heldUntil = Math.max(heldUntil ?? until, until);
    },
  };
}

function fill(bucket: Bucket, at: number): void {
  bucket.level = Math.min(bucket.limit, bucket.level + Math.max(0, at - bucket.at) * bucket.perMs);
  bucket.at = at;
}

/**
 * What requests under way take, as far as it is known. Of those that are in the told figure already too much is taken,
 * but only until their own answers: what is guessed of a prompt never adds up.
 */
function takenOf(kind: Kind, underWay: { readonly requests: number; readonly inputTokens: number }): number {
  return kind === "input-tokens" ? underWay.inputTokens : underWay.requests;
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
      if (known.size > KINDS.length) known.clear();
      known.set(text, time);
    }
    return time;
  };
}

function readBucket(
  headers: Headers,
  names: (typeof KINDS)[number],
  { at, now, timeOf }: Pick<GateClocks, "now"> & { at: number; timeOf: (text: string) => number },
): Bucket | undefined {
  const told = headers.get(names.limit);
  if (told === null) return undefined;
  const limit = amountIn(told);
  const level = amountIn(headers.get(names.remaining));
  const resetAt = timeOf(headers.get(names.reset) ?? "");
  if (!(limit > 0 && level >= 0 && Number.isFinite(resetAt))) return undefined;
  // By the clock that the reset was told by: ours may be wrong.
  const sentAt = timeOf(headers.get("date") ?? "");
  const resetIn = resetAt - (Number.isFinite(sentAt) ? sentAt : now());
  // Full again at the reset; never slower than within a minute, never faster than within a second.
  const fullIn = Math.min(MINUTE_MS, Math.max(1_000, resetIn));
  const perMs = level < limit ? (limit - level) / fullIn : limit / MINUTE_MS;
  return { limit, level, perMs: Math.max(perMs, limit / MINUTE_MS / 10), at };
}

/** Anything but digits is no amount: of nothing, `Number` would make a limit that is reached. */
function amountIn(text: string | null): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
