import { randomBytes } from "node:crypto";

import {
  createServiceContext,
  type RunningServiceContext,
  rotateApiKey,
  setPolicy,
  updateConfiguration,
} from "@ai-config/config-service";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import type { AdmissionStore, BudgetState } from "../../src/admission/admission-store.ts";
import {
  createGovernedClaude,
  createMemoryStore,
  type GovernedClaude,
  type GovernedClaudeOptions,
  type LedgerEntry,
} from "../../src/index.ts";
import { type FakeAnthropic, startFakeAnthropic } from "../../testing/index.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";

export const ask = { messages: [{ role: "user" as const, content: "Hello" }] };

export interface GovernedTest extends AsyncDisposable {
  readonly claude: GovernedClaude;
  readonly server: FakeAnthropic;
  readonly database: TestDatabase;
  readonly ctx: RunningServiceContext;
  /** What a service of another environment opens the same keys with. */
  readonly keyRing: string;
  readonly store: AdmissionStore;
  readonly clock: ManualClock;
  /** What was settled, in order. */
  readonly ledger: LedgerEntry[];
  /** Another process as far as circuits, gates and clients are concerned, on the same store. */
  restart(options?: Partial<GovernedClaudeOptions>): GovernedClaude;
  /** An account with these settings and a key of its own; with `formerKey` it has a second slot too. */
  makeUser(options?: {
    settings?: object;
    key?: string | null;
    formerKey?: string;
    organizationId?: string;
  }): Promise<string>;
  makeOrganization(policy?: object): Promise<string>;
  configure(userId: string, settings: object): Promise<void>;
  /** What of an account's budgets is spent and held. */
  figures(userId: string): Promise<readonly Pick<BudgetState, "spent" | "reserved">[]>;
  /** Calls of messages, without what tries keys. */
  sent(): FakeAnthropic["requests"];
}

/** Draws the longest wait that the jitter allows. */
const fullDelay = () => 1 - 2 ** -53;

export const makeKey = () => `sk-ant-api03-${randomBytes(12).toString("hex")}`;

/** The whole product under a call: real configurations in a real database, the fake API over HTTP. */
export async function startGoverned(options: Partial<GovernedClaudeOptions> = {}): Promise<GovernedTest> {
  const [database, server] = await Promise.all([createTestDatabase(), startFakeAnthropic()]);
  const keyRing = randomBytes(32).toString("base64url");
  const ctx = await createServiceContext({
    database: database.database,
    environment: { ANTHROPIC_API_BASE_URL: `${server.url}/v1` },
    keyRing,
    log: () => {},
  });
  const clock = manualClock();
  const ledger: LedgerEntry[] = [];
  const store = createMemoryStore({ now: clock.now, writeEntry: (entry) => void ledger.push(entry) });
  const started: GovernedClaude[] = [];
  const restart = (more: Partial<GovernedClaudeOptions> = {}) => {
    const claude = createGovernedClaude({
      service: ctx,
      store,
      clock,
      random: fullDelay,
      ...options,
      ...more,
    });
    started.push(claude);
    return claude;
  };
  const configure = async (userId: string, settings: object) => {
    const actor = { type: "user", userId } as const;
    const owner = { type: "user", userId } as const;
    const change = { actor, owner, configName: "test", updates: settings };
    const result = await updateConfiguration(ctx, change);
    if (!result.success) throw new Error(JSON.stringify(result.errors));
  };
  return {
    claude: restart(),
    server,
    database,
    ctx,
    keyRing,
    store,
    clock,
    ledger,
    restart,
    configure,
    async makeUser({ settings, key = makeKey(), formerKey, organizationId } = {}) {
      const userId = await database.createUser();
      const actor = { type: "user", userId } as const;
      if (organizationId !== undefined) await database.addMember(organizationId, userId, "member");
      for (const newKey of [formerKey, key]) {
        if (newKey) await rotateApiKey(ctx, { actor, owner: { type: "user", userId }, newKey });
      }
      if (settings !== undefined) await configure(userId, settings);
      return userId;
    },
    async makeOrganization(policy) {
      const ownerId = await database.createUser();
      const organizationId = await database.createOrganization({ ownerId, name: "Acme" });
      if (policy !== undefined) {
        const actor = { type: "user", userId: ownerId } as const;
        const result = await setPolicy(ctx, { actor, organizationId, policy });
        if (!result.success) throw new Error(JSON.stringify(result.errors));
      }
      return organizationId;
    },
    async figures(userId) {
      await store.sweep();
      const states = await restart().forUser(userId).budgets();
      return states.map(({ spent, reserved }) => ({ spent, reserved }));
    },
    sent: () => server.requests.filter(({ path }) => path.startsWith("/v1/messages")),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((claude) => claude.close()));
      await ctx.close();
      await Promise.all([server.stop(), database[Symbol.asyncDispose]()]);
    },
  };
}
