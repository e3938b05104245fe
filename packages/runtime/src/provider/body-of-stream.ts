import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";
import type { Stream } from "@anthropic-ai/sdk/streaming";

/** The events of a stream as they come over the wire. Whoever leaves the body leaves the stream. */
export function bodyOfStream(stream: Stream<RawMessageStreamEvent>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const events = stream[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await events.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`));
      },
      async cancel() {
        await events.return?.();
      },
    },
    // Nothing is read before somebody asks.
    { highWaterMark: 0 },
  );
}
