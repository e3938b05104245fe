import { afterEach, expect, test, vi } from "vitest";

import { Person } from "./support/person.ts";
import { startApi } from "./support/start-api.ts";

afterEach(() => vi.restoreAllMocks());

test.each([
  ["a column that is gone", "alter table identity.accounts drop column password cascade"],
  ["a table that is gone", "drop table identity.sessions cascade"],
])(
  "a failure of the sign-in by %s is answered in our words, and printed without what was sent",
  async (_what, sql) => {
    const printed: unknown[][] = [];
    for (const method of ["error", "warn", "log"] as const) {
      vi.spyOn(console, method).mockImplementation((...words) => void printed.push(words));
    }
    await using api = await startApi();
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com");
    await api.test.owner.unsafe(sql);
    const body = { email: "dana@example.com", password: "correct horse battery" };
    const answer = await new Person(api.url).json("POST", "/api/auth/sign-in/email", body, {
      origin: api.url,
    });
    expect(answer).toMatchObject({ status: 500, body: { error: { code: "INTERNAL" } } });
    const [row] = await api.test.owner<{ id: string }[]>`select id from auth.users`;
    const said = `${api.logged()}${printed.flat().map((word) => (word instanceof Error ? word.stack : String(word)))}`;
    expect(said).toContain("unexpected failure");
    for (const value of ["dana@example.com", "horse", row?.id ?? "?", "params"])
      expect(said).not.toContain(value);
  },
);
