import { AIConfigError } from "@ai-config/config-core";
import type * as z from "zod";

import { issuesFromZod } from "../http/issues-from-zod.ts";

/** The JSON body of a request, every field known and checked; refused with INPUT_INVALID where it is not. */
export async function readChecked<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await request.text();
  const body = text === "" ? {} : parse(text);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AIConfigError("INPUT_INVALID", { issues: issuesFromZod(parsed.error, body) });
}

/** The same request with another body. */
export function withBody(request: Request, body: object): Request {
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  headers.set("content-type", "application/json");
  return new Request(request.url, { method: "POST", headers, body: JSON.stringify(body) });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
