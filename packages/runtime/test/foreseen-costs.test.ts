import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makePdf } from "../testing/make-pdf.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const model = { model: "claude-sonnet-5-5", maxTokens: 100 };
const budgets = { dailyBudget: 50, weeklyBudget: 100, monthlyBudget: 100 };
const warning = { dailyEnforcement: "warn", weeklyEnforcement: "warn", monthlyEnforcement: "warn" };
const format = {
  type: "json_schema",
  schema: { type: "object", additionalProperties: false, properties: {} },
};
const search = { type: "web_search_20250305", name: "web_search" };
const document = {
  type: "document",
  citations: { enabled: true },
  source: { type: "base64", media_type: "application/pdf", data: makePdf(600).toString("base64") },
};

/** Fields that the SDK's types do not know are sent all the same. */
async function call(userId: string, more: object, organizationId?: string) {
  const { messages } = governed.claude.forUser(userId, organizationId ? { organizationId } : {});
  const before = governed.sent().length;
  const outcome = await messages.create({ ...ask, ...more } as typeof ask).catch((error: unknown) => error);
  return { outcome, sent: governed.sent().slice(before) };
}

describe("under a budget that blocks", () => {
  test.each([
    ["a PDF", { messages: [{ role: "user", content: [document, { type: "text", text: "Sum up." }] }] }],
    ["web search", { tools: [{ ...search, max_uses: 2 }] }],
    ["a tool", { tools: [{ name: "look", input_schema: { type: "object" } }] }],
    ["thinking between tools", { thinking: { type: "between_tools" } }],
    ["a cache and a format", { cache_control: { type: "ephemeral" }, output_config: { format } }],
  ])("%s passes", async (_what, more) => {
    const userId = await governed.makeUser({ settings: { model, costBudget: budgets } });
    const { outcome } = await call(userId, more);
    expect(outcome).toMatchObject({ governed: { outcome: "success" } });
    expect(await governed.figures(userId)).toEqual(
      expect.arrayContaining([expect.objectContaining({ reserved: "0" })]),
    );
  });

  test.each([
    ["context_management", { context_management: { edits: [{ type: "compact_20260112" }] } }],
    ["mcp_servers", { mcp_servers: [{ type: "url", url: "https://example.com", name: "x" }] }],
    ["fallbacks", { fallbacks: "default" }],
    ["tools.0", { tools: [{ type: "code_execution_20260521", name: "code_execution" }] }],
  ])("%s is refused before anything is sent, and passes where no budget blocks", async (path, more) => {
    const userId = await governed.makeUser({ settings: { model, costBudget: budgets } });
    const refused = await call(userId, more);
    expect(refused.outcome).toMatchObject({ code: "PRICE_UNKNOWN", details: { path } });
    expect(refused.sent).toEqual([]);
    await governed.configure(userId, { costBudget: warning });
    expect((await call(userId, more)).sent).toMatchObject([{ body: more }]);
  });

  test("a small PDF is taken for as much as a model can read", async () => {
    const userId = await governed.makeUser({ settings: { model, costBudget: { dailyBudget: 1 } } });
    const { outcome, sent } = await call(userId, { messages: [{ role: "user", content: [document] }] });
    expect(outcome).toMatchObject({ code: "LIMIT_REACHED" });
    expect(sent).toEqual([]);
  });

  test("a model that another one may hand over to is paid for, or has no price", async () => {
    const settings = { model, costBudget: { ...budgets, dailyBudget: 0.01 } };
    const userId = await governed.makeUser({ settings });
    const fable = await call(userId, { fallbacks: [{ model: "claude-fable-5", max_tokens: 1_000 }] });
    expect(fable.outcome).toMatchObject({ code: "LIMIT_REACHED" });
    const unknown = await call(userId, { fallbacks: [{ model: "claude-of-tomorrow" }] });
    expect(unknown.outcome).toMatchObject({
      code: "PRICE_UNKNOWN",
      details: { model: "claude-of-tomorrow" },
    });
    expect([...fable.sent, ...unknown.sent]).toEqual([]);
  });
});

test("no field lets a model answer that the organization does not allow", async () => {
  const organizationId = await governed.makeOrganization({ allowedModels: ["claude-haiku-5-5"] });
  const userId = await governed.makeUser({ organizationId, settings: { costBudget: warning } });
  const advisor = { type: "advisor_20260301", name: "advisor", model: "claude-fable-5" };
  for (const [path, more] of [
    ["params.fallbacks.0.model", { fallbacks: [{ model: "claude-fable-5" }] }],
    ["params.tools.0.model", { tools: [advisor] }],
  ] as const) {
    const { outcome, sent } = await call(userId, more, organizationId);
    expect(outcome).toMatchObject({ code: "INPUT_INVALID", issues: [{ path, code: "policy_model" }] });
    expect(sent).toEqual([]);
  }
});
