import { ApiError, notFound } from "./api-error.ts";

export type Route =
  | { name: "messages" | "count_tokens"; method: "POST" }
  | { name: "list-models"; method: "GET" }
  | { name: "model"; method: "GET"; modelId: string };

export function routeOf({ method, path }: { method: string; path: string }): Route {
  const route = find(path);
  if (!route) throw notFound("Not Found");
  if (route.method !== method) throw new ApiError(405, "invalid_request_error", "Method Not Allowed");
  return route;
}

function find(path: string): Route | undefined {
  if (path === "/v1/messages") return { name: "messages", method: "POST" };
  if (path === "/v1/messages/count_tokens") return { name: "count_tokens", method: "POST" };
  if (path === "/v1/models") return { name: "list-models", method: "GET" };
  const modelId = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
  return modelId ? { name: "model", method: "GET", modelId: decodeURIComponent(modelId) } : undefined;
}
