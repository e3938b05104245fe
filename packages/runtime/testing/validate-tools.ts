import { invalidRequest } from "./api-error.ts";
import { asArray, asBoolean, asObject, asOneOf, asText, type Json, refuseUnknownKeys } from "./shapes.ts";
import { validateCacheControl } from "./validate-messages.ts";

/** The fields of a tool that the client runs. */
const customToolFields = [
  "type",
  "name",
  "description",
  "input_schema",
  "cache_control",
  "allowed_callers",
  "defer_loading",
  "eager_input_streaming",
  "input_examples",
  "strict",
];

export function validateTools(body: Json): void {
  const tools = body.tools === undefined ? [] : asArray(body.tools, "tools");
  const names = tools.map((item, index) => validateTool(asObject(item, `tools.${index}`), `tools.${index}`));
  if (new Set(names).size < names.length) throw invalidRequest("tools: Tool names must be unique.");
  if (body.tool_choice === undefined) return;

  if (tools.length === 0) {
    throw invalidRequest("tool_choice: may only be specified while providing tools");
  }
  const choice = asObject(body.tool_choice, "tool_choice");
  const type = asOneOf(choice.type, ["auto", "any", "tool", "none"], "tool_choice.type");
  const path = `tool_choice.${type}`;
  const fields = type === "none" ? ["type"] : ["type", "disable_parallel_tool_use"];
  refuseUnknownKeys(choice, type === "tool" ? [...fields, "name"] : fields, path);
  if (choice.disable_parallel_tool_use !== undefined) {
    asBoolean(choice.disable_parallel_tool_use, `${path}.disable_parallel_tool_use`);
  }
  if (type !== "tool") return;
  const name = asText(choice.name, `${path}.name`);
  if (!names.includes(name)) throw invalidRequest(`tool_choice: Tool '${name}' not found in provided tools`);
}

/** A type other than `custom` is one of Anthropic's own tools, whose fields are its own affair. */
function validateTool(tool: Json, path: string): string {
  const isCustom = tool.type === undefined || tool.type === null || tool.type === "custom";
  if (!isCustom) asText(tool.type, `${path}.type`);
  validateCacheControl(tool.cache_control, `${path}.cache_control`);
  if (!isCustom) return typeof tool.name === "string" ? tool.name : String(tool.type);

  refuseUnknownKeys(tool, customToolFields, `${path}.custom`);
  const name = asText(tool.name, `${path}.custom.name`);
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    throw invalidRequest(`${path}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  }
  if (tool.input_schema === undefined) throw invalidRequest(`${path}.custom.input_schema: Field required`);
  const schema = asObject(tool.input_schema, `${path}.custom.input_schema`);
  asOneOf(schema.type, ["object"], `${path}.custom.input_schema.type`);
  return name;
}
