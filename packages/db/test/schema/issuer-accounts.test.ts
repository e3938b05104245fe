import { expect, test } from "vitest";

import { createTestDatabase } from "../../src/testing/index.ts";

test("an account that an issuer vouches for gets no password, and what is left of it names nobody", async () => {
  await using test = await createTestDatabase();
  const { owner } = test;
  const [issued, own] = [await test.createUser(), await test.createUser()];
  await owner`insert into identity.issuer_accounts (key, user_id) values ('a hash', ${issued})`;
  const addPassword = (id: string) => owner`
    insert into identity.accounts (user_id, account_id, provider_id, password) values (${id}, ${id}, 'credential', 'x')`;
  await expect(addPassword(issued)).rejects.toMatchObject({ code: "42501" });
  await addPassword(own);

  await owner`delete from auth.users where id = ${issued}`;
  expect(await owner`select key, user_id from identity.issuer_accounts`).toEqual([
    { key: "a hash", user_id: null },
  ]);
});
