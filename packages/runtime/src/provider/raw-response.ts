/** What the SDK gives beside an answer. */
export interface WithResponse<Answer> {
  readonly data: Answer;
  /** As it came, with its status and headers; its body is read already. */
  readonly response: Response;
  readonly request_id: string | null;
}

/** An answer to come, with the ways of the SDK to the response that brings it. */
export interface GovernedPromise<Answer> extends Promise<Answer> {
  /** Resolves when the answer is here, as what governed it is told by then. */
  withResponse(): Promise<WithResponse<Answer>>;
  asResponse(): Promise<Response>;
}

const responses = new WeakMap<object, Response>();

/** Remembers what an answer came by. */
export function cameBy<Answer extends object>(answer: Answer, response: Response | undefined): Answer {
  if (response !== undefined) responses.set(answer, response);
  return answer;
}

/** The same promise, with the ways to its response. */
export function withRawResponse<Answer extends object>(answer: Promise<Answer>): GovernedPromise<Answer> {
  return Object.assign(answer, { withResponse, asResponse });
}

async function withResponse<Answer extends object>(this: Promise<Answer>): Promise<WithResponse<Answer>> {
  const data = await this;
  const response = responseOf(data);
  return { data, response, request_id: response.headers.get("request-id") };
}

async function asResponse(this: Promise<object>): Promise<Response> {
  return responseOf(await this);
}

function responseOf(answer: object): Response {
  const response = responses.get(answer);
  if (response === undefined) throw new TypeError("This answer came by no response.");
  return response;
}
