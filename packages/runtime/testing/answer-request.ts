import { setTimeout as sleep } from "node:timers/promises";

import { type ApiError, errorBody, invalidRequest, notFound } from "./api-error.ts";
import { requireVersion, workspaceOf } from "./authenticate.ts";
import { buildMessage, estimateInputTokens, messageBody } from "./build-message.ts";
import type { Exchange } from "./exchange.ts";
import { listModels, modelInfo } from "./list-models.ts";
import { findModel, lifecycleOf, type ModelFacts } from "./model-facts.ts";
import type { UseMeter } from "./rate-limit-headers.ts";
import { parseBody, readBody } from "./read-body.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { type Route, routeOf } from "./routes.ts";
import type { Json } from "./shapes.ts";
import type { Failure, Step } from "./step.ts";
import { streamMessage } from "./stream-message.ts";
import { validateBody } from "./validate-body.ts";
import { validateForModel } from "./validate-for-model.ts";

/** What the server is at the moment of a request. */
export interface ServerState {
  keys: Map<string, string> | undefined;
  organizationId: string;
  now: () => Date;
  takeStep: (record: RecordedRequest, model: unknown) => Step;
  countUse: UseMeter;
}

/** Judges a request in the order of the real API: key, version, path, body, model; then does what is scripted. */
export async function answerRequest(state: ServerState, exchange: Exchange): Promise<void> {
  const { request, response, record, left, reset } = exchange;
  response.setHeader("request-id", record.requestId);
  const raw = await readBody(request);
  record.workspaceId = workspaceOf(record, state.keys);
  response.setHeader("anthropic-organization-id", state.organizationId);
  response.setHeader("anthropic-workspace-id", record.workspaceId);
  const apiVersion = requireVersion(record.apiVersion);
  const route = routeOf(record);
  const isCall = route.method === "POST";
  const body = isCall ? parseBody(raw) : {};
  record.body = isCall ? body : undefined;
  if (isCall) validateBody(body, route.name, apiVersion);
  const model = modelOf(route, body, state.now());
  if (isCall && model) {
    validateForModel(body, model, record.betas);
    requireRoom(body, model);
  }

  const step = state.takeStep(record, body.model);
  if (step.delayMs) await sleep(step.delayMs, undefined, { signal: left });
  if (step.connection === "hang") return;
  if (step.connection === "drop") return reset();
  if (step.failure) return refuse(exchange, step.failure);
  if (route.name === "list-models") return sendJson(exchange, 200, listModels(record.query, state.now()));
  if (!model) throw notFound("Not Found");
  if (route.name === "model") return sendJson(exchange, 200, modelInfo(model, state.now()));
  if (route.name === "count_tokens") {
    const tokens = step.usage?.inputTokens ?? estimateInputTokens(body, model);
    return sendJson(exchange, 200, { input_tokens: tokens });
  }
  const message = buildMessage(`msg_${record.requestId.slice(4)}`, body, model, step);
  response.setHeaders(
    new Map(Object.entries(state.countUse(record.workspaceId, state.now(), message.usage))),
  );
  if (body.stream !== true) return sendMessage(exchange, messageBody(message, model), step);
  record.status = 200;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  if (step.bodyDelayMs) {
    response.flushHeaders();
    await sleep(step.bodyDelayMs, undefined, { signal: left });
  }
  await streamMessage(exchange, { message, model, answer: step });
}

/** A message in one piece, spoiled as the script wants it. */
async function sendMessage(exchange: Exchange, message: object, step: Step): Promise<void> {
  const { response, record, left, reset } = exchange;
  const json = JSON.stringify(message);
  const half = json.slice(0, json.length / 2);
  if (step.isMalformed) return sendText(exchange, half);
  if (!step.bodyDelayMs && !step.breakAfter) return sendText(exchange, json);
  record.status = 200;
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(json) };
  response.writeHead(200, headers).flushHeaders();
  if (step.bodyDelayMs) await sleep(step.bodyDelayMs, undefined, { signal: left });
  if (!step.breakAfter) return void response.end(json);
  response.write(half, () => {
    if (step.breakAfter?.with !== "hang") setImmediate(reset);
  });
}

export function refuse(exchange: Exchange, failure: ApiError | Failure): void {
  const { type, message } = failure;
  const { headers, details } = failure as Failure;
  const body = errorBody({ type, message, details }, exchange.record.requestId);
  sendJson(exchange, failure.status, body, headers);
}

function sendJson({ response, record }: Exchange, status: number, body: object, headers = {}): void {
  record.status = status;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function sendText({ response, record }: Exchange, text: string): void {
  record.status = 200;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(text);
}

/** A retired model can be looked up for its history, but not called. */
function modelOf(route: Route, body: Json, now: Date): ModelFacts | undefined {
  if (route.name === "list-models") return undefined;
  const id = route.name === "model" ? route.modelId : (body.model as string);
  const model = findModel(id);
  const lifecycle = model && lifecycleOf(model, now);
  const isGone = lifecycle === "unreleased" || (lifecycle === "retired" && route.name !== "model");
  if (!model || isGone) throw notFound(`model: ${id}`);
  return model;
}

function requireRoom(body: Json, model: ModelFacts): void {
  const tokens = estimateInputTokens(body, model);
  if (tokens <= model.contextTokens) return;
  throw invalidRequest(`prompt is too long: ${tokens} tokens > ${model.contextTokens} maximum`);
}
