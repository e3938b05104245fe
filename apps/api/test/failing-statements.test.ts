import { afterAll, beforeAll, expect, test } from "vitest";

import { errorLines } from "./support/error-lines.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let api: TestApi;
let dana: Person;

/** Makes the database fail as told, at the last moment: when everything of a change is written but the audit. */
beforeAll(async () => {
  api = await startApi();
  dana = new Person(api.url);
  await dana.signUp("dana@example.com");
  const { owner } = api.test;
  await owner`create table public.test_failure (code text not null)`;
  await owner`grant select, delete on public.test_failure to public`;
  await owner.unsafe(`
    create function public.test_fail() returns trigger language plpgsql as $$
    declare failure text := (select code from public.test_failure);
    begin
      if failure is not null then
        raise exception 'failing row contains (CANARY)' using errcode = failure, detail = 'CANARY';
      end if;
      return null;
    end $$`);
  await owner`create trigger zz_fail after insert or update on public.ai_configurations
    for each row execute function public.test_fail()`;
});

afterAll(() => api?.[Symbol.asyncDispose]());

const change = (topK: number) =>
  dana.json("PATCH", "/api/ai-configuration", { configName: "default", updates: { model: { topK } } });

async function state(): Promise<unknown> {
  const { owner } = api.test;
  return [
    await owner`select configuration, version from public.ai_configurations`,
    await owner`select count(*) from public.ai_configuration_audit`,
    await owner`select * from private.user_snapshots`,
    await owner`select * from private.audit_heads`,
  ];
}

test.each([
  ["08006", 503, "DATABASE_UNAVAILABLE"],
  ["25006", 503, "DATABASE_UNAVAILABLE"],
  ["40001", 503, "DATABASE_UNAVAILABLE"],
  ["40P01", 503, "DATABASE_UNAVAILABLE"],
  ["53100", 503, "DATABASE_UNAVAILABLE"],
  ["53200", 503, "DATABASE_UNAVAILABLE"],
  ["53300", 503, "DATABASE_UNAVAILABLE"],
  ["55P03", 503, "DATABASE_UNAVAILABLE"],
  ["57014", 503, "DATABASE_UNAVAILABLE"],
  ["57P03", 503, "DATABASE_UNAVAILABLE"],
  ["58030", 503, "DATABASE_UNAVAILABLE"],
  ["22003", 400, "INPUT_INVALID"],
  ["22021", 400, "INPUT_INVALID"],
  ["22P02", 400, "INPUT_INVALID"],
  ["22P05", 400, "INPUT_INVALID"],
  ["23503", 404, "NOT_FOUND"],
  ["23505", 409, "CONFIGURATION_EXISTS"],
  ["23514", 400, "CONFIGURATION_INVALID"],
  ["42501", 403, "FORBIDDEN"],
  ["54000", 409, "CONFIGURATION_LIMIT"],
  ["54001", 500, "INTERNAL"],
  ["P0001", 500, "INTERNAL"],
  ["XX001", 500, "INTERNAL"],
])(
  "a change that the database fails with %s is answered with %i and undone whole",
  async (failure, status, code) => {
    expect((await change(1)).status).toBe(200);
    const before = await state();
    await api.test.owner`insert into public.test_failure values (${failure})`;
    const answer = await change(2);
    await api.test.owner`delete from public.test_failure`;
    expect([answer.status, answer.body]).toMatchObject([status, { success: false, error: { code } }]);
    expect(answer.headers.get("retry-after")).toBe(status === 503 ? "2" : null);
    expect(JSON.stringify(answer.body)).not.toContain("CANARY");
    expect(await state()).toEqual(before);

    expect((await dana.send("GET", "/readyz")).status).toBe(200);
    expect((await change(3)).status).toBe(200);
  },
);

test("what was nobody's fault but ours is in the log, without what the database said", () => {
  const lines = errorLines(api);
  expect(lines.length).toBeGreaterThanOrEqual(3);
  expect(api.logged()).not.toContain("CANARY");
});
