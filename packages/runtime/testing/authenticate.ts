import { ApiError, invalidRequest } from "./api-error.ts";

const defaultWorkspaceId = "wrkspc_01FakeDefault";
const knownVersions = ["2023-06-01", "2026-10-21"];

/** The key that counts, and the header it came in. */
export interface SentKey {
  apiKey: string | undefined;
  apiKeyHeader: "x-api-key" | "authorization" | undefined;
}

/** The key of a request: `x-api-key` counts where a bearer token comes along. */
export function readApiKey(headers: Record<string, string>): SentKey {
  const key = headers["x-api-key"];
  if (key) return { apiKey: key, apiKeyHeader: "x-api-key" };
  const bearer = /^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  return bearer
    ? { apiKey: bearer, apiKeyHeader: "authorization" }
    : { apiKey: undefined, apiKeyHeader: undefined };
}

/** The workspace a key belongs to. Without a list every key is good that looks like one; an admin key never is. */
export function workspaceOf(request: SentKey, keys: Map<string, string> | undefined): string {
  const { apiKey, apiKeyHeader } = request;
  if (!apiKey) throw new ApiError(401, "authentication_error", "x-api-key header is required");
  const isPlausible = apiKey.startsWith("sk-ant-") && !apiKey.startsWith("sk-ant-admin");
  const workspaceId = keys ? keys.get(apiKey) : isPlausible ? defaultWorkspaceId : undefined;
  if (workspaceId) return workspaceId;
  const what = apiKeyHeader === "x-api-key" ? "x-api-key" : "bearer token";
  throw new ApiError(401, "authentication_error", `invalid ${what}`);
}

export function requireVersion(version: string | undefined): string {
  if (!version) throw invalidRequest("anthropic-version: header is required");
  if (knownVersions.includes(version)) return version;
  throw invalidRequest(`anthropic-version: "${version}" is not a valid version`);
}
