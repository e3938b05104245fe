import { AIConfigError } from "@ai-config/config-core";
import { MessageStream, type MessageStreamEvents } from "@anthropic-ai/sdk/lib/MessageStream";
import type { MessageCreateParams, Messages } from "@anthropic-ai/sdk/resources/messages/messages";

import type { Governed } from "../governed.ts";
import type { GovernedStream } from "./governed-stream.ts";

/** The SDK's stream helper over a governed stream. */
export class GovernedMessageStream<ParsedT = null> extends MessageStream<ParsedT> {
  readonly #governed: Promise<Governed>;

  constructor(params: MessageCreateParams, start: (signal: AbortSignal) => Promise<StartedStream>) {
    super(params);
    const { promise, resolve, reject } = Promise.withResolvers<Governed>();
    this.#governed = promise;
    // Whoever reads the stream hears of the failure there.
    promise.catch(() => {});
    for (const message of params.messages) this._addMessageParam(message);
    const source = {
      create: () => ({
        withResponse: async () => {
          const started = await start(this.controller.signal);
          started.data.governed.then(resolve, reject);
          return started;
        },
      }),
    };
    this._run(() => this._createMessage(source as unknown as Messages, params).catch(rejecting(reject)));
  }

  /** What governed the answer, once it has ended; rejects where nothing was ever admitted. */
  get governed(): Promise<Governed> {
    // The SDK ends the process over a failure that nobody asked for: whoever asks here has.
    this.done().catch(() => {});
    return this.#governed;
  }

  /** The SDK wraps every error that is not its own; ours say what to do and keep their code. */
  protected override _emit<Event extends keyof MessageStreamEvents<ParsedT>>(
    event: Event,
    ...args: Parameters<MessageStreamEvents<ParsedT>[Event]>
  ): void {
    const [error] = args as unknown[];
    const cause = event === "error" && error instanceof Error ? error.cause : undefined;
    if (cause instanceof AIConfigError) {
      super._emit(event, ...([cause] as unknown as Parameters<MessageStreamEvents<ParsedT>[Event]>));
    } else {
      super._emit(event, ...args);
    }
  }
}

interface StartedStream {
  readonly response: Response;
  readonly data: GovernedStream;
}

function rejecting(reject: (error: unknown) => void): (error: unknown) => never {
  return (error) => {
    reject(error);
    throw error;
  };
}
