import { APIPromise } from "@anthropic-ai/sdk/core/api-promise";
import { Stream } from "@anthropic-ai/sdk/streaming";

import { bodyOfStream } from "./body-of-stream.ts";
import { requestIdIn } from "./request-id.ts";

type Parts<Answer> = Awaited<ReturnType<APIPromise<Answer>["withResponse"]>>;

/** The SDK's request and its client, of which nothing is asked here. */
const NONE = undefined as never;
/** What told of the body as it came over the wire. */
const OF_THE_WIRE = ["content-encoding", "content-length", "transfer-encoding"];

/** Where an answer keeps what it came by, to be seen by nobody else. A weak map of all answers would cost more. */
const RESPONSE = Symbol("response");

/** Remembers what an answer came by. */
export function cameBy<Answer extends object>(answer: Answer, response: Response | undefined): Answer {
  return Object.defineProperty(answer, RESPONSE, { value: response });
}

/**
 * The SDK's promise of an answer, with its ways to the response that brings it. What is asked for is the governed answer,
 * whichever way: it is measured and booked, so all of them resolve when it is here.
 */
export class GovernedPromise<Answer extends object> extends APIPromise<Answer> {
  constructor(answer: Promise<Answer>) {
    super(NONE, NONE);
    // Where the SDK keeps what `then`, `catch` and `finally` go by, once it is asked for.
    Object.assign(this, { parsedPromise: answer });
  }

  /** The answer, and the response as it came, with its status and headers; its body is read already. */
  override async withResponse(): Promise<Parts<Answer>> {
    const data: Answer = await this;
    const response = responseOf(data);
    const workspaceId = response.headers.get("anthropic-workspace-id");
    return { data, response, request_id: requestIdIn(response.headers), workspace_id: workspaceId };
  }

  /** A response with the status and the headers that came, whose body is the governed answer, to be read once. */
  override async asResponse(): Promise<Response> {
    const data: Answer = await this;
    const { status, statusText, headers: came } = responseOf(data);
    const headers = new Headers(came);
    for (const name of OF_THE_WIRE) headers.delete(name);
    const isStream = data instanceof Stream;
    headers.set("content-type", isStream ? "text/event-stream" : "application/json");
    return new Response(isStream ? bodyOfStream(data) : JSON.stringify(data), {
      status,
      statusText,
      headers,
    });
  }
}

function responseOf(answer: object): Response {
  const response = (answer as { [RESPONSE]?: Response })[RESPONSE];
  if (response === undefined) throw new TypeError("This answer came by no response.");
  return response;
}
