import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { answerRequest, refuse, type ServerState } from "./answer-request.ts";
import { ApiError } from "./api-error.ts";
import { createUseMeter, type RateLimits } from "./rate-limit-headers.ts";
import { type RecordedRequest, recordRequest } from "./recorded-request.ts";
import type { Step } from "./step.ts";

export interface FakeAnthropicOptions {
  /** Accepted keys and their workspaces; left out, every key that starts as Anthropic's do. */
  keys?: Record<string, string>;
  now?: () => Date;
  /** How every request is answered that has no step of its own. */
  answer?: Step;
  organizationId?: string;
  /** What each workspace is told that it may use in a minute; the lowest tier's unless told. */
  limits?: RateLimits;
}

export interface FakeAnthropic extends AsyncDisposable {
  /** Origin, without `/v1`. */
  url: string;
  /** In order of arrival, refused ones included. */
  requests: RecordedRequest[];
  /** One step for each of the next requests that fit. A request that is not in order takes none. */
  script(...steps: Step[]): void;
  /** Steps that no request has taken. */
  pendingSteps(): Step[];
  /** How requests without a step are answered from now on. */
  respondWith(answer: Step): void;
  /** Stops the server's clock at this moment. */
  setClock(now: Date): void;
  stop(): Promise<void>;
}

/** Anthropic's Messages API on a port of its own, as strict as the real one. */
export async function startFakeAnthropic(options: FakeAnthropicOptions = {}): Promise<FakeAnthropic> {
  const requests: RecordedRequest[] = [];
  const steps: Step[] = [];
  let fallback = options.answer ?? {};
  const state: ServerState = {
    keys: options.keys && new Map(Object.entries(options.keys)),
    organizationId: options.organizationId ?? "00000000-0000-4000-8000-000000000001",
    now: options.now ?? (() => new Date()),
    takeStep: (record, model) => {
      const index = steps.findIndex((step) => fits(step, record, model));
      return (index < 0 ? undefined : steps.splice(index, 1)[0]) ?? fallback;
    },
    countUse: createUseMeter(options.limits),
  };
  const server = createServer((request, response) => {
    const record = recordRequest(request, requests.length + 1, state.now());
    requests.push(record);
    return serve(state, request, response, record);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const stop = async () => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (...more) => void steps.push(...more),
    pendingSteps: () => [...steps],
    respondWith: (answer) => {
      fallback = answer;
    },
    setClock: (moment) => {
      state.now = () => moment;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function serve(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
  record: RecordedRequest,
): Promise<void> {
  const leaving = new AbortController();
  const onClose = () => {
    if (response.writableFinished) return;
    record.aborted = true;
    leaving.abort();
  };
  response.once("close", onClose);
  // A connection that the script breaks is not one that the client left.
  const reset = () => {
    response.off("close", onClose);
    request.socket.resetAndDestroy();
  };
  const exchange = { request, response, record, left: leaving.signal, reset };
  try {
    await answerRequest(state, exchange);
  } catch (error) {
    if (leaving.signal.aborted || request.errored) return;
    if (!(error instanceof ApiError)) throw error;
    refuse(exchange, error);
  }
}

function fits({ when = {} }: Step, { apiKey, path }: RecordedRequest, model: unknown): boolean {
  return (when.key ?? apiKey) === apiKey && (when.path ?? path) === path && (when.model ?? model) === model;
}
