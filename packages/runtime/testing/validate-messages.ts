import { invalidRequest } from "./api-error.ts";
import { asArray, asObject, asOneOf, asText, type Json, refuseUnknownKeys } from "./shapes.ts";

/** What each block must carry; blocks that server tools leave behind are taken as they are. */
const blockFields: Record<string, string[]> = {
  text: ["text"],
  image: ["source"],
  document: ["source"],
  search_result: ["content", "source", "title"],
  thinking: ["signature", "thinking"],
  redacted_thinking: ["data"],
  tool_use: ["id", "input", "name"],
  tool_result: ["tool_use_id"],
  server_tool_use: ["id", "input", "name"],
  web_search_tool_result: ["content", "tool_use_id"],
  web_fetch_tool_result: ["content", "tool_use_id"],
  code_execution_tool_result: ["content", "tool_use_id"],
  bash_code_execution_tool_result: ["content", "tool_use_id"],
  text_editor_code_execution_tool_result: ["content", "tool_use_id"],
  tool_search_tool_result: ["content", "tool_use_id"],
  container_upload: ["file_id"],
};

export function validateMessages(value: unknown, apiVersion: string): void {
  if (value === undefined) throw invalidRequest("messages: Field required");
  const messages = asArray(value, "messages");
  if (messages.length === 0) throw invalidRequest("messages: at least one message is required");
  messages.forEach((item, index) => {
    const path = `messages.${index}`;
    const message = asObject(item, path);
    refuseUnknownKeys(message, ["role", "content"], path);
    const role = asOneOf(message.role, ["user", "assistant", "system"], `${path}.role`);
    if (index === 0 && role !== "user") {
      throw invalidRequest('messages: first message must use the "user" role');
    }
    validateContent(message.content, `${path}.content`, role, apiVersion);
  });
}

export function validateSystem(value: unknown): void {
  if (typeof value === "string") return;
  asArray(value, "system").forEach((item, index) => {
    const path = `system.${index}`;
    const block = asObject(item, path);
    asOneOf(block.type, ["text"], `${path}.type`);
    validateBlock(block, path);
  });
}

/** `ttl` and nothing else beside the type. */
export function validateCacheControl(value: unknown, path: string): void {
  if (value === undefined || value === null) return;
  const control = asObject(value, path);
  refuseUnknownKeys(control, ["type", "ttl"], path);
  asOneOf(control.type, ["ephemeral"], `${path}.type`);
  if (control.ttl !== undefined) asOneOf(control.ttl, ["5m", "1h"], `${path}.ttl`);
}

function validateContent(value: unknown, path: string, role: string, apiVersion: string): void {
  if (value === undefined) throw invalidRequest(`${path}: Field required`);
  if (value === "" || (Array.isArray(value) && value.length === 0)) {
    throw invalidRequest(`${path}: a message must have content`);
  }
  if (typeof value === "string") return;
  asArray(value, path).forEach((item, index) => {
    const block = asObject(item, `${path}.${index}`);
    validateBlock(block, `${path}.${index}`);
    if (apiVersion === "2023-06-01") return;
    // Both are refused since 2026-10-21.
    if (role === "assistant" && block.type === "document") {
      throw invalidRequest(`${path}.${index}: an assistant message may not hold a document`);
    }
    if (role === "user" && Array.isArray(block.citations) && block.citations.length > 0) {
      throw invalidRequest(`${path}.${index}.citations: a user message may not hold citations`);
    }
  });
}

function validateBlock(block: Json, path: string): void {
  const type = asOneOf(block.type, Object.keys(blockFields), `${path}.type`);
  for (const field of blockFields[type] ?? []) {
    if (block[field] === undefined) throw invalidRequest(`${path}.${type}.${field}: Field required`);
  }
  if (type === "text") {
    refuseUnknownKeys(block, ["type", "text", "cache_control", "citations"], `${path}.text`);
    if (asText(block.text, `${path}.text.text`) === "") {
      throw invalidRequest(`${path}: text content blocks must be non-empty`);
    }
  }
  validateCacheControl(block.cache_control, `${path}.cache_control`);
}
