import { TOKEN_ACTIONS } from "@ai-config/config-core";

import type { Person } from "./person.ts";

/** Makes a token as an owner or admin would; good for everything unless told. */
export async function makeToken(
  maker: Person,
  organizationId: string,
  {
    name,
    actions = Object.keys(TOKEN_ACTIONS),
    days = 30,
  }: { name: string; actions?: string[]; days?: number },
): Promise<{ id: string; token: string; hint: string; expiresAt: string }> {
  const { status, body } = await maker.json("POST", "/api/trpc/token.create", {
    organizationId,
    name,
    actions,
    days,
  });
  if (status !== 200) throw new Error(`token.create: ${JSON.stringify(body)}`);
  return (body as { result: { data: { id: string; token: string; hint: string; expiresAt: string } } }).result
    .data;
}
