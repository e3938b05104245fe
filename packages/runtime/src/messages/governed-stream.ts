import { AnthropicError } from "@anthropic-ai/sdk";
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";
import { Stream } from "@anthropic-ai/sdk/streaming";

import { reportBroken } from "../calls/attempt-report.ts";
import { readAttempt } from "../calls/attempts-failed.ts";
import type { Call, GovernedLeg } from "../calls/call.ts";
import { type AttemptGuard, CallEnded } from "../calls/call-guard.ts";
import { callerError, endCall } from "../calls/run-call.ts";
import { settleLeg } from "../calls/settle-leg.ts";
import type { Governed } from "../governed.ts";
import type { OpenedStream } from "../provider/send-message.ts";

/** The SDK's stream, with what governed it as soon as it has ended, however it ends. */
export type GovernedStream = Stream<RawMessageStreamEvent> & { readonly governed: Promise<Governed> };

/**
 * Hands a begun answer to its reader. It is settled once: when it ends, breaks or is given up by the reader, and when
 * it is ended from our side although nobody reads it.
 */
export function governStream(
  call: Call,
  leg: GovernedLeg,
  attempt: AttemptGuard,
  opened: OpenedStream,
): GovernedStream {
  const { promise: governed, resolve } = Promise.withResolvers<Governed>();
  let settling: Promise<void> | undefined;

  function end(error?: unknown): Promise<void> {
    settling ??= settle(error);
    return settling;
  }

  async function settle(error: unknown): Promise<void> {
    attempt.close();
    if (error !== undefined) reportBroken(call.attempts, error);
    resolve(await settleLeg(call, leg, error));
    endCall(call);
  }

  /** While a piece is waited for, the reading itself finds out what became of the connection. */
  let isWaiting = false;
  const onLeave = () => {
    if (!isWaiting) void end(new CallEnded("caller"));
  };
  attempt.onEnd((ended) => void end(ended));
  if (attempt.ended !== undefined) void end(attempt.ended);
  opened.controller.signal.addEventListener("abort", onLeave, { once: true });

  let isRead = false;
  async function* read(): AsyncGenerator<RawMessageStreamEvent> {
    // As the SDK's own does: a second reader would get the beginning again, and every other piece of the rest.
    if (isRead)
      throw new AnthropicError("Cannot iterate over a consumed stream, use `.tee()` to split the stream.");
    isRead = true;
    let error: unknown = new CallEnded("caller");
    try {
      yield* opened.events;
      for (;;) {
        isWaiting = true;
        const { value, done } = await opened.rest.next();
        isWaiting = false;
        if (done) break;
        yield value;
      }
      if (!opened.controller.signal.aborted) error = undefined;
    } catch (thrown) {
      error = readAttempt(thrown, leg, call.runtime.clock.now()) ?? thrown;
      throw callerError(call, error);
    } finally {
      opened.controller.signal.removeEventListener("abort", onLeave);
      await end(error);
      if (error !== undefined) opened.controller.abort();
    }
  }

  /** A generator that was never asked, or is being asked, does not hear at once that its reader leaves. */
  function iterate(): AsyncIterableIterator<RawMessageStreamEvent> {
    const pieces = read();
    let isReader = false;
    return {
      next() {
        isReader ||= !isRead;
        return pieces.next();
      },
      async return(value?: unknown) {
        if (isReader ? isWaiting : !isRead) {
          isRead = true;
          opened.controller.abort();
          await end(new CallEnded("caller"));
        }
        return pieces.return(value);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  const stream = new Stream<RawMessageStreamEvent>(iterate, opened.controller);
  return Object.assign(stream, { governed });
}
