import type { Usage } from "./build-message.ts";

/** What may be used in a minute. It is told, not enforced: a test scripts the 429 it wants. */
export interface RateLimits {
  readonly requests: number;
  readonly input: number;
  readonly output: number;
}

/** Those of the lowest paid tier. */
const LOWEST_TIER: RateLimits = { requests: 1_000, input: 2_000_000, output: 400_000 };
const windowMs = 60_000;

export type UseMeter = (workspaceId: string, now: Date, usage: Usage) => Record<string, string>;

/** Counts what each workspace uses within its minute, and says what is left. Cache reads do not count. */
export function createUseMeter(limits: RateLimits = LOWEST_TIER): UseMeter {
  const windows = new Map<string, { resetsAt: number; requests: number; input: number; output: number }>();

  return (workspaceId, now, usage) => {
    let used = windows.get(workspaceId);
    if (!used || Math.abs(used.resetsAt - now.getTime() - windowMs / 2) > windowMs / 2) {
      used = { resetsAt: now.getTime() + windowMs, requests: 0, input: 0, output: 0 };
      windows.set(workspaceId, used);
    }
    used.requests += 1;
    used.input += usage.input_tokens + usage.cache_creation_input_tokens;
    used.output += usage.output_tokens;
    const input = Math.max(0, limits.input - used.input);
    const output = Math.max(0, limits.output - used.output);
    const rows: [string, number, number][] = [
      ["requests", limits.requests, Math.max(0, limits.requests - used.requests)],
      ["input-tokens", limits.input, toThousands(input)],
      ["output-tokens", limits.output, toThousands(output)],
      ["tokens", limits.input + limits.output, toThousands(input + output)],
    ];
    const reset = new Date(used.resetsAt).toISOString().replace(/\.\d+Z$/, "Z");
    return Object.fromEntries(
      rows.flatMap(([kind, limit, remaining]) => [
        [`anthropic-ratelimit-${kind}-limit`, String(limit)],
        [`anthropic-ratelimit-${kind}-remaining`, String(remaining)],
        [`anthropic-ratelimit-${kind}-reset`, reset],
      ]),
    );
  };
}

function toThousands(tokens: number): number {
  return Math.round(tokens / 1000) * 1000;
}
