import { expect } from "vitest";
import { admit, ask, HOUR, limitsOf, MINUTE, refuse, scopeOf, spend } from "./admission-kit.ts";
import type { StoreTest } from "./store-under-test.ts";
import { expectWait, timed } from "./store-under-test.ts";

export function describeRate(always: StoreTest, inTime: StoreTest): void {
  always("holds burst + 1 calls and tells exactly when there is room for the next", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 2, burst: 2 } });
    const first = await timed(under, () => admit(under.store, ask(user)));
    await admit(under.twin, ask(user));
    await admit(under.store, ask(user));

    const asked = await timed(under, () => refuse(under.twin, ask(user)));
    const { retryAfterMs, ...refusal } = asked.value;
    const rate = { perMinute: 2, burst: 2 };
    expect(refusal).toEqual({ limit: "requestsPerMinute", scope: user.scope, allowed: 2, used: 3, rate });
    expectWait(
      retryAfterMs,
      { earliest: first.before + MINUTE / 2, latest: first.after + MINUTE / 2 },
      asked,
    );
  });

  inTime("gets back one call at a time, at the moment it named", async (under) => {
    for (const perMinute of [1, 7, 13, 30]) {
      const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute, burst: 1 } });
      await admit(under.store, ask(user));
      await admit(under.store, ask(user));
      for (let round = 0; round < 3; round += 1) {
        const { retryAfterMs } = await refuse(under.store, ask(user));
        await under.advance(retryAfterMs - 1000);
        await refuse(under.store, ask(user));
        await under.advance(1000);
        await admit(under.store, ask(user));
      }
    }
  });

  inTime("never holds more than its size, however long it was quiet", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 2, burst: 1 } });
    await admit(under.store, ask(user));
    await under.advance(HOUR);
    await admit(under.store, ask(user));
    await admit(under.store, ask(user));
    await refuse(under.store, ask(user));
  });

  inTime("takes nothing for refused calls", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 1, burst: 0 } });
    await admit(under.store, ask(user));
    for (let call = 0; call < 5; call += 1) await refuse(under.store, ask(user));
    await under.advance(MINUTE);
    await admit(under.store, ask(user));
  });

  always("gives no call back when one ends", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 1, burst: 0 } });
    await spend(under.store, user, "0");
    await refuse(under.store, ask(user));
  });

  always("holds a changed burst against what is in the bucket", async (under) => {
    const scope = await scopeOf(under, "user");
    const withBurst = (burst: number) => limitsOf(scope, { rate: { perMinute: 1, burst } });
    await admit(under.store, ask(withBurst(0)));
    await refuse(under.store, ask(withBurst(0)));
    await admit(under.store, ask(withBurst(2)));
    await admit(under.store, ask(withBurst(2)));
    expect(await refuse(under.store, ask(withBurst(0)))).toMatchObject({ allowed: 1, used: 3 });
  });

  always("keeps the calls in the bucket when the rate changes", async (under) => {
    const scope = await scopeOf(under, "user");
    const atRate = (perMinute: number) => limitsOf(scope, { rate: { perMinute, burst: 1 } });
    await admit(under.store, ask(atRate(1)));
    await admit(under.store, ask(atRate(1)));
    const { retryAfterMs, used } = await refuse(under.store, ask(atRate(20)));
    expect(used).toBe(2);
    expect(retryAfterMs).toBeLessThanOrEqual(3000);
    expect(retryAfterMs).toBeGreaterThan(0);
  });

  inTime("counts by a changed rate at once, also while nothing is admitted", async (under) => {
    const scope = await scopeOf(under, "user");
    const atRate = (perMinute: number) => limitsOf(scope, { rate: { perMinute, burst: 0 } });
    await admit(under.store, ask(atRate(0.5)));
    // Two minutes would have gone by until the next: at the new rate, half a minute.
    const { retryAfterMs } = await refuse(under.store, ask(atRate(2)));
    await under.advance(retryAfterMs - 1000);
    await refuse(under.twin, ask(atRate(2)));
    await under.advance(1000);
    await admit(under.store, ask(atRate(2)));
    await under.advance(MINUTE / 4);
    // Half a call is left of it: at the slower rate, a minute.
    await refuse(under.store, ask(atRate(0.5)));
    await under.advance(MINUTE / 2);
    await refuse(under.twin, ask(atRate(0.5)));
    await under.advance(MINUTE / 2);
    await admit(under.store, ask(atRate(0.5)));
  });

  always("asks the user's bucket and the organization's, and takes from both or none", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 1, burst: 1 } });
    const organization = limitsOf(await scopeOf(under, "organization"), { rate: { perMinute: 1, burst: 0 } });
    await admit(under.store, ask(organization));
    expect(await refuse(under.store, ask([user, organization]))).toMatchObject({
      limit: "requestsPerMinute",
      scope: organization.scope,
    });
    await admit(under.store, ask(user));
    await admit(under.store, ask(user));
    expect(await refuse(under.store, ask([user, organization]))).toMatchObject({ scope: user.scope });
  });

  always("counts each scope by itself, also where a user and an organization share an id", async (under) => {
    const rate = { perMinute: 1, burst: 0 };
    const user = limitsOf(await scopeOf(under, "user"), { rate });
    await admit(under.store, ask(user));
    await admit(under.store, ask(limitsOf(await scopeOf(under, "user"), { rate })));
    await admit(under.store, ask(limitsOf({ kind: "organization", id: user.scope.id }, { rate })));
    await refuse(under.store, ask(user));
  });
}
