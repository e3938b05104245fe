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
import { createAnswerBuffer } from "./answer-buffer.ts";

/** The SDK's stream, with what governed it as soon as it has ended, however it ends. */
export type GovernedStream = Stream<RawMessageStreamEvent> & { readonly governed: Promise<Governed> };

/**
 * Hands a begun answer to its reader. It is read off the wire as fast as it comes, whether or not anybody takes it: only
 * so is what is billed seen, and the time that a reader takes none of the answer's. The call is settled once: when the
 * answer ends or breaks, when it is ended from our side, or when its reader leaves.
 */
export function governStream(
  call: Call,
  leg: GovernedLeg,
  attempt: AttemptGuard,
  opened: OpenedStream,
): GovernedStream {
  const { promise: governed, resolve } = Promise.withResolvers<Governed>();
  const buffer = createAnswerBuffer(opened.events);
  /** The SDK aborts that of the request where an answer breaks: what it stands for here is the reader's wish. */
  const reader = new AbortController();
  let isSettled = false;
  let isWhole = false;

  function settle(error?: unknown): void {
    if (isSettled) return;
    isSettled = true;
    // First of all: until Anthropic hears of it, it writes on.
    if (error !== undefined) opened.controller.abort();
    attempt.close();
    if (error !== undefined) reportBroken(call.attempts, error);
    resolve(settleLeg(call, leg, error).finally(() => endCall(call)));
  }

  function onEnd(ended: CallEnded): void {
    settle(ended);
    buffer.drop(callerError(call, ended));
  }

  function onLeave(): void {
    // Who stops at the last piece has all of the answer, whenever the connection ends.
    settle(isWhole ? undefined : new CallEnded("caller"));
    opened.controller.abort();
    buffer.drop();
  }

  async function pump(): Promise<void> {
    try {
      for await (const event of opened.rest) {
        if (isSettled) return;
        isWhole ||= event.type === "message_stop";
        buffer.push(event);
      }
      settle();
      buffer.end();
    } catch (thrown) {
      const error = readAttempt(thrown, leg, call.runtime.clock.now()) ?? thrown;
      settle(error);
      buffer.end(callerError(call, error));
    }
  }

  let isRead = false;
  let isOver = false;
  async function* read(): AsyncGenerator<RawMessageStreamEvent> {
    // As the SDK's own does: a second reader would get every other piece.
    if (isRead)
      throw new AnthropicError("Cannot iterate over a consumed stream, use `.tee()` to split the stream.");
    isRead = true;
    try {
      for (let event = await buffer.take(); event !== undefined; event = await buffer.take()) {
        // Once the call is settled nobody listens to its caller's signals any more.
        if (call.signals.some(({ aborted }) => aborted)) throw callerError(call, new CallEnded("caller"));
        yield event;
      }
      isOver = true;
    } finally {
      if (!isOver) reader.abort();
      // Who has read to the end finds it booked.
      await governed;
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
        if ((isReader || !isRead) && !isOver) {
          isRead = true;
          reader.abort();
          await governed;
        }
        return pieces.return(value);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  attempt.onEnd(onEnd);
  reader.signal.addEventListener("abort", onLeave, { once: true });
  if (attempt.ended !== undefined) onEnd(attempt.ended);
  void pump();
  const stream = new Stream<RawMessageStreamEvent>(iterate, reader);
  return Object.assign(stream, { governed });
}
