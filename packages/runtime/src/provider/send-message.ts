import { MessageStream } from "@anthropic-ai/sdk/lib/MessageStream";
import type {
  Message,
  MessageCountTokensParams,
  MessageCreateParams,
  MessageCreateParamsNonStreaming,
  MessageCreateParamsStreaming,
  Messages,
  MessageTokensCount,
  RawMessageStreamEvent,
} from "@anthropic-ai/sdk/resources/messages/messages";
import { Stream } from "@anthropic-ai/sdk/streaming";

import { type AttemptGuard, CallEnded } from "../calls/call-guard.ts";
import { hasCode } from "../failures/codes-of.ts";
import { MalformedAnswer } from "../failures/read-failure.ts";
import {
  type AnswerMeter,
  hasBlocks,
  isWholeEvent,
  meterEvent,
  meterMessage,
} from "../usage/answer-meter.ts";
import { cameBy } from "./governed-promise.ts";
import { type LeanClient, type RequestWatch, WATCH, type WatchedOptions } from "./lean-client.ts";
import { makeReadable } from "./readable-message.ts";
import { requestIdIn } from "./request-id.ts";

/** One request over the official client, under its guard, with its meter running. */
export interface WireRequest {
  readonly client: LeanClient;
  readonly body: MessageCreateParams;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly attempt: AttemptGuard;
  readonly meter: AnswerMeter;
  /** By the clock of the meter. */
  now(): number;
  /** Called with the headers of an answer that is no error. */
  onHeaders(response: Response): void;
}

/** A stream of which the first piece of content is here. */
export interface OpenedStream {
  readonly response: Response;
  readonly controller: AbortController;
  /** Read already. */
  readonly events: readonly RawMessageStreamEvent[];
  readonly rest: AsyncGenerator<RawMessageStreamEvent>;
}

/** Sends a request whose answer comes in one piece. */
export async function sendWhole(request: WireRequest): Promise<Message> {
  const { client, body, attempt, meter } = request;
  const watch = watchBilled(request);
  try {
    const sent = client.messages.create(
      unwarned<MessageCreateParamsNonStreaming>(body),
      optionsOf(request, watch),
    );
    const message = await attempt.race(sent);
    if (message?.type !== "message") throw new MalformedAnswer(requestIdOf(watch.response));
    meterMessage(meter, message);
    if (!hasBlocks(message)) throw new MalformedAnswer(requestIdOf(watch.response));
    return cameBy(makeReadable(message, body.model), watch.response);
  } catch (error) {
    noteRefused(request, watch, error);
    throw error;
  } finally {
    attempt.close();
  }
}

/** Sends a request whose answer comes in pieces, and puts them together. */
export async function sendCollected(request: WireRequest): Promise<Message> {
  const { attempt } = request;
  try {
    const { response, rest, controller } = await open(request);
    const { body } = request;
    const message = makeReadable(await collect(rest, response, controller, body), body.model);
    Object.defineProperty(message, "_request_id", { value: requestIdOf(response), enumerable: false });
    return cameBy(message, response);
  } finally {
    attempt.close();
  }
}

/** Sends a request and waits for the first piece of content: until then it can be repeated unseen. */
export async function openStream(request: WireRequest): Promise<OpenedStream> {
  const opened = await open(request);
  const events: RawMessageStreamEvent[] = [];
  for (;;) {
    const { value, done } = await opened.rest.next();
    if (done) break;
    events.push(value);
    if (value.type !== "message_start") break;
  }
  return { ...opened, events };
}

/** Asks how many tokens a prompt has, which costs nothing. */
export async function countTokens(request: WireRequest): Promise<MessageTokensCount> {
  const { client, body, attempt } = request;
  try {
    const watch = new Watch(request);
    const count = await attempt.race(client.messages.countTokens(countable(body), optionsOf(request, watch)));
    if (typeof count?.input_tokens !== "number") throw new MalformedAnswer(requestIdOf(watch.response));
    return cameBy(count, watch.response);
  } finally {
    attempt.close();
  }
}

/** The fields of a request that counting takes. */
function countable(body: MessageCreateParams): MessageCountTokensParams {
  const { model, messages, system, tools, tool_choice, thinking, output_config, cache_control } = body;
  const given = { model, messages, system, tools, tool_choice, thinking, output_config, cache_control };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as unknown as MessageCountTokensParams;
}

async function open(request: WireRequest): Promise<Omit<OpenedStream, "events">> {
  const { client, body, attempt } = request;
  const watch = watchBilled(request);
  let stream: Stream<RawMessageStreamEvent>;
  try {
    stream = await attempt.race(
      client.messages.create(unwarned<MessageCreateParamsStreaming>(body), optionsOf(request, watch)),
    );
  } catch (error) {
    noteRefused(request, watch, error);
    throw error;
  }
  const { response } = watch;
  if (response === undefined) throw new MalformedAnswer(null);
  return { response, controller: stream.controller, rest: read(stream, request, response) };
}

/** A model's name to whoever writes it down, and no name to the SDK. */
class WrittenModel {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  toJSON(): string {
    return this.#name;
  }
}

/**
 * The same request, of which the SDK does not know the model: for one that retires it would write to the console with
 * each call, which nothing turns off. Who has to hear of it does, by the reports on the life of models.
 */
function unwarned<Params extends MessageCreateParams>(body: MessageCreateParams): Params {
  return { ...body, model: new WrittenModel(body.model) as unknown as string } as Params;
}

function optionsOf({ headers }: WireRequest, watch: RequestWatch): WatchedOptions {
  return headers === undefined ? { [WATCH]: watch } : { headers, [WATCH]: watch };
}

/** The watch of a request that may be billed as soon as it is sent. */
function watchBilled(request: WireRequest): Watch {
  return new Watch(request, () => {
    request.meter.state = "unseen";
  });
}

/** How the platform's `fetch` says that it gave up waiting for headers by itself, as we do. */
const IMPATIENT: ReadonlySet<unknown> = new Set(["UND_ERR_HEADERS_TIMEOUT"]);

/**
 * An error status comes with no answer. A connection that never stood, or was lost before the headers, is taken for the
 * same. Where we gave up waiting, an answer may have been under way: `fetch` does not tell whether a request had left.
 */
function noteRefused({ meter }: WireRequest, watch: Watch, error: unknown): void {
  if (watch.response !== undefined || error instanceof CallEnded || hasCode(error, IMPATIENT)) return;
  meter.state = "refused";
}

type Watched = Pick<WireRequest, "attempt" | "onHeaders">;

/** Puts a request under its guard, and tells of the headers of its answer. */
class Watch implements RequestWatch {
  response: Response | undefined;
  readonly #request: Watched;
  readonly #onSent: (() => void) | undefined;

  constructor(request: Watched, onSent?: () => void) {
    this.#request = request;
    this.#onSent = onSent;
  }

  onSend(controller: AbortController): void {
    const { attempt } = this.#request;
    attempt.control(controller);
    // Of what is aborted already nothing leaves.
    if (attempt.ended === undefined) this.#onSent?.();
  }

  onHeaders(response: Response): void {
    const { attempt, onHeaders } = this.#request;
    if (attempt.ended !== undefined) return;
    this.response = response;
    attempt.answering();
    onHeaders(response);
  }
}

export function requestIdOf(response: Response | undefined): string | null {
  return requestIdIn(response?.headers);
}

/**
 * Passes events on as long as the attempt is not ended, and does not take an end from our side or the other for the end
 * of the answer.
 */
async function* read(
  stream: Stream<RawMessageStreamEvent>,
  { attempt, meter, now }: WireRequest,
  response: Response,
): AsyncGenerator<RawMessageStreamEvent> {
  let isOver = false;
  try {
    for await (const event of stream) {
      // Pieces that came in time may be read after it.
      if (attempt.ended !== undefined) throw attempt.ended;
      attempt.begun();
      const isInPlace = meter.state !== "unseen" || event?.type === "message_start";
      if (!isInPlace || !isWholeEvent(event)) throw new MalformedAnswer(requestIdOf(response));
      meterEvent(meter, event, now());
      isOver = event.type === "message_stop";
      yield event;
    }
  } catch (error) {
    if (attempt.ended !== undefined) throw attempt.ended;
    throw error instanceof SyntaxError ? new MalformedAnswer(requestIdOf(response), error) : error;
  }
  // The SDK ends without a word where reading was aborted, by whomever.
  if (!isOver) throw attempt.ended ?? new MalformedAnswer(requestIdOf(response));
}

/** The SDK's own way from events to a message, without a request of its own. */
async function collect(
  events: AsyncGenerator<RawMessageStreamEvent>,
  response: Response,
  controller: AbortController,
  body: MessageCreateParams,
): Promise<Message> {
  const thrown: unknown[] = [];
  async function* noted() {
    try {
      yield* events;
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  }
  const data = new Stream<RawMessageStreamEvent>(noted, controller);
  const source = { create: () => ({ withResponse: async () => ({ response, data }) }) };
  try {
    const { parsed_output: _, ...message } = await MessageStream.createMessage(
      source as unknown as Messages,
      body,
    ).finalMessage();
    return message;
  } catch (error) {
    // It comes wrapped, and what is inside says more. Where nothing is, the pieces do not make a message.
    throw thrown.length > 0 ? thrown[0] : new MalformedAnswer(requestIdOf(response), error);
  }
}
