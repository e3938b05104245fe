import { afterEach, describe, expect, test, vi } from "vitest";

import {
  acceptInvitation,
  createInvitation,
  createServiceToken,
  getEffectiveConfiguration,
  listKeys,
  openApiKey,
  rotateApiKey,
  updateConfiguration,
  useServiceToken,
} from "../src/index.ts";
import { asUser, providerKey, startService, userOwner } from "./support/service.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

afterEach(() => void vi.useRealTimers());

/** The clock of this process jumps; what counts by itself, as timers do, does not. */
function moveClock(byMs: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + byMs });
}

describe.each([
  ["an hour back", -HOUR],
  ["an hour ahead", HOUR],
  ["a year back", -365 * DAY],
])("a process whose clock is set %s", (_name, byMs) => {
  test("keeps a former key for just the overlap that was chosen, and shows it", async () => {
    await using service = await startService();
    const { ctx, database } = service;
    const userId = await database.createUser();
    const whose = { actor: asUser(userId), owner: userOwner(userId) };
    const [former, present] = [providerKey("0001"), providerKey("0002")];
    await rotateApiKey(ctx, { ...whose, newKey: former });
    moveClock(byMs);
    await rotateApiKey(ctx, { ...whose, newKey: present, overlapMs: 30 * MINUTE });

    expect((await openApiKey(ctx, { userId, slot: "secondary" }))?.reveal()).toBe(former);
    expect((await openApiKey(ctx, { userId }))?.reveal()).toBe(present);
    expect(await listKeys(ctx, whose)).toHaveLength(2);
    const { configuration } = await getEffectiveConfiguration(ctx, { actor: asUser(userId), userId });
    expect(configuration.apiKeys.secondaryKey).toBe("sk-ant-…0001");
    const [left] = await database.owner`
      select ceil(extract(epoch from expires_at - clock_timestamp()) / 60)::int as minutes
      from private.ai_provider_keys where slot = 'secondary'`;
    expect(left).toEqual({ minutes: 30 });
  });

  test("makes invitations and tokens that live as long as any", async () => {
    await using service = await startService();
    const { ctx, database } = service;
    const [ownerId, guestId] = [await database.createUser(), await database.createUser()];
    const organizationId = await database.createOrganization({ ownerId });
    const actor = asUser(ownerId);
    moveClock(byMs);
    const invitation = await createInvitation(ctx, { actor, organizationId, role: "member" });
    const made = { actor, organizationId, name: "worker", actions: ["effective:read"], days: 1 } as const;
    const { id, token } = await createServiceToken(ctx, made);
    const [days] = await database.owner`
      select
        (select round(extract(epoch from expires_at - clock_timestamp()) / 86400)::int
          from public.organization_invitations) as invitation,
        (select round(extract(epoch from expires_at - clock_timestamp()) / 86400)::int
          from public.service_tokens) as token`;
    expect(days).toEqual({ invitation: 7, token: 1 });
    expect(await useServiceToken(ctx, token)).toMatchObject({ tokenId: id });
    await database.owner`alter table public.service_tokens disable trigger user`;
    await database.owner`update public.service_tokens set expires_at = clock_timestamp() - interval '1 second'`;
    expect(await useServiceToken(ctx, token)).toBeNull();
    await acceptInvitation(ctx, { actor: asUser(guestId), token: invitation.token });
  });

  test("hears of changes, and forgets what it keeps in time", async () => {
    await using service = await startService();
    const userId = await service.database.createUser();
    const [actor, other] = [asUser(userId), await service.another({ cache: { ttlMs: 50 } })];
    const topKOf = async (ctx: typeof other) =>
      (await getEffectiveConfiguration(ctx, { actor, userId })).configuration.model.topK;
    const change = (topK: number) => ({
      actor,
      owner: userOwner(userId),
      configName: "default",
      updates: { model: { topK } },
    });
    await updateConfiguration(service.ctx, change(1));
    expect([await topKOf(service.ctx), await topKOf(other)]).toEqual([1, 1]);
    moveClock(byMs);
    await updateConfiguration(service.ctx, change(2));
    expect(await topKOf(service.ctx)).toBe(2);
    await expect.poll(() => topKOf(other), { timeout: 5_000 }).toBe(2);
    // A change that announces itself to nobody: only time tells.
    await other.close();
    await updateConfiguration(service.ctx, change(3));
    await expect.poll(() => topKOf(other), { timeout: 5_000 }).toBe(3);
  });
});
