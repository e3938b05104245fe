import type { ExtractParsedContentFromParams } from "@anthropic-ai/sdk/lib/parser";
import type {
  Message,
  MessageCountTokensParams,
  MessageCreateParams,
  MessageStreamParams,
  MessageTokensCount,
} from "@anthropic-ai/sdk/resources/messages/messages";

import type { Call } from "../calls/call.ts";
import { endCall, runCall, startCall } from "../calls/run-call.ts";
import { settleLeg } from "../calls/settle-leg.ts";
import type { Governed } from "../governed.ts";
import { cameBy, GovernedPromise } from "../provider/governed-promise.ts";
import { type CallOptions, takeCallOptions } from "../provider/request-options.ts";
import { countTokens, openStream, sendCollected, sendWhole } from "../provider/send-message.ts";
import { checkRequest } from "../request/check-params.ts";
import type { GovernedParams } from "../request/governed-params.ts";
import type { Asker, Runtime } from "../runtime.ts";
import { GovernedMessageStream } from "./governed-message-stream.ts";
import { type GovernedStream, governStream } from "./governed-stream.ts";

export type GovernedMessage = Message & {
  readonly _request_id?: string | null;
  readonly governed: Governed;
};
export type GovernedTokensCount = MessageTokensCount & { readonly governed: Governed };

/** What the configuration decides may be left out; what is given holds within the organization's policy. */
export type CreateParams = GovernedParams & { readonly stream?: false | undefined };
export type CreateStreamParams = GovernedParams & { readonly stream: true };
export type CountTokensParams = Omit<MessageCountTokensParams, "model"> & Pick<GovernedParams, "model">;

/**
 * `messages` of the official SDK, under one account's configuration: it fits where those of the SDK are expected. What
 * the configuration decides may be left out. Of the SDK's options of a request it takes those of `CallOptions`; timeouts
 * and retries are configured, so it refuses them.
 */
export interface GovernedMessages {
  create(params: CreateParams, options?: CallOptions): GovernedPromise<GovernedMessage>;
  create(params: CreateStreamParams, options?: CallOptions): GovernedPromise<GovernedStream>;
  create(
    params: CreateParams | CreateStreamParams,
    options?: CallOptions,
  ): GovernedPromise<GovernedMessage | GovernedStream>;
  stream<Params extends MessageStreamParams>(
    params: Params,
    options?: CallOptions,
  ): GovernedMessageStream<ExtractParsedContentFromParams<Params>>;
  stream(params: GovernedParams, options?: CallOptions): GovernedMessageStream;
  /** Costs nothing and counts against no budget, so that `governed.budgets` is empty. */
  countTokens(params: CountTokensParams, options?: CallOptions): GovernedPromise<GovernedTokensCount>;
}

export function governMessages(runtime: Runtime, asker: Asker): GovernedMessages {
  async function createMessage(params: GovernedParams, options: CallOptions): Promise<GovernedMessage> {
    const call = await startCall(runtime, asker, { kind: "message", params, options });
    const { leg, answer } = await runCall(call, (request, { turn }) =>
      turn.isStreamed ? sendCollected(request) : sendWhole(request),
    );
    const governed = await settleLeg(call, leg);
    endCall(call);
    return withGoverned(answer, governed);
  }

  async function createStream(params: GovernedParams, options: CallOptions, ownSignal?: AbortSignal) {
    const call = await startCall(runtime, asker, { kind: "stream", params, options, ownSignal });
    const { leg, answer } = await runCall(call, async (request) => {
      const opened = await openStream(request);
      return { opened, attempt: request.attempt };
    });
    const data = governStream(call, leg, answer.attempt, answer.opened);
    const { response } = answer.opened;
    return { response, data: cameBy(data, response) };
  }

  async function create(
    params: CreateParams | CreateStreamParams,
    options: CallOptions,
  ): Promise<GovernedMessage | GovernedStream> {
    checkRequest(params);
    const { stream, ...wanted } = params;
    if (stream !== true) return createMessage(wanted, options);
    return (await createStream(wanted, options)).data;
  }

  async function count(params: GovernedParams, options: CallOptions): Promise<GovernedTokensCount> {
    const call: Call = await startCall(runtime, asker, { kind: "count", params, options });
    const { leg, answer } = await runCall(call, countTokens);
    const governed = await settleLeg(call, leg);
    endCall(call);
    return withGoverned(answer, governed);
  }

  return {
    create: ((params: CreateParams | CreateStreamParams, options = {}) =>
      new GovernedPromise(create(params, options))) as GovernedMessages["create"],
    stream(params: GovernedParams, options: CallOptions = {}) {
      checkRequest(params);
      const taken = takeCallOptions(options);
      return new GovernedMessageStream(params as MessageCreateParams, (ownSignal) =>
        createStream(params, taken, ownSignal),
      );
    },
    countTokens: (params, options = {}) => new GovernedPromise(count(params as GovernedParams, options)),
  };
}

/** Like the SDK's own `_request_id` it is there to be read, and not part of what is stored or sent on. */
function withGoverned<T extends object>(answer: T, governed: Governed): T & { readonly governed: Governed } {
  return Object.defineProperty(answer, "governed", { value: governed, enumerable: false }) as T & {
    readonly governed: Governed;
  };
}
