import { openApiKey } from "@ai-config/config-service";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { nameInput, organizationNameOf } from "../src/http/name-input.ts";
import { errorLines } from "./support/error-lines.ts";
import { hostileStrings } from "./support/hostile-strings.ts";
import { type Answer, judgeAll, type TextField } from "./support/judge-texts.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const nameOf = (text: string) => text.trim().normalize("NFC");

/** Anthropic, which takes whatever reaches it. */
const takesAll: typeof fetch = async () => new Response("{}", { status: 200 });

let api: TestApi;
let people: Person[];
let signUps = 0;

beforeAll(async () => {
  api = await startApi({ trustedProxies: 1, fetch: takesAll });
  people = Array.from({ length: 4 }, () => new Person(api.url));
  for (const person of people) await signUp(person, { name: "Dana Reyes" });
});

afterAll(() => api?.[Symbol.asyncDispose]());

/** Each time from another address, since one may not sign up often. */
function signUp(person: Person, who: { name?: string | undefined; email?: string }): Promise<Answer> {
  signUps += 1;
  const account = {
    name: "Dana Reyes",
    email: `person${signUps}@example.com`,
    password: "correct horse battery",
  };
  const from = { origin: api.url, "x-forwarded-for": `10.0.${signUps >> 8}.${signUps & 255}` };
  return person.json("POST", "/api/auth/sign-up/email", { ...account, ...who }, from);
}

function signIn(email: string): Promise<Answer> {
  signUps += 1;
  const from = { origin: api.url, "x-forwarded-for": `10.1.${signUps >> 8}.${signUps & 255}` };
  return new Person(api.url).json(
    "POST",
    "/api/auth/sign-in/email",
    { email, password: "correct horse battery" },
    from,
  );
}

const call = (person: Person, procedure: string, input: object) =>
  person.json("POST", `/api/trpc/${procedure}`, input);

async function ask<Data>(person: Person, procedure: string, input?: object): Promise<Data> {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const { body } = await person.send("GET", `/api/trpc/${procedure}${query}`);
  return (body as { result: { data: Data } }).result.data;
}

/** Whoever signs up in the place of each person, who stays who they are. */
const guests = new Map<Person, Person>();

function signUpGuest(person: Person, who: { name?: string | undefined; email?: string }): Promise<Answer> {
  const guest = new Person(api.url);
  guests.set(person, guest);
  return signUp(guest, who);
}

const guestOf = (person: Person) => accountOf(guests.get(person) ?? person);

interface Organization {
  id: string;
  name: string;
}

const organizations = new Map<Person, string>();

async function organizationOf(person: Person): Promise<Organization> {
  const [organization] = await ask<Organization[]>(person, "organization.list");
  if (!organization) throw new Error("There is one.");
  return organization;
}

/** Asked for once: an id stays. */
async function idOf(person: Person): Promise<string> {
  const id = organizations.get(person) ?? (await organizationOf(person)).id;
  organizations.set(person, id);
  return id;
}

async function callOwn(person: Person, procedure: string, input: object): Promise<Answer> {
  return call(person, procedure, { organizationId: await idOf(person), ...input });
}

async function askOwn<Data>(person: Person, procedure: string): Promise<Data> {
  return ask<Data>(person, procedure, { organizationId: await idOf(person) });
}

const accountOf = async (person: Person) =>
  (await ask<{ user: { id: string; name: string; email: string } }>(person, "me.get")).user;

/** The key in use, read by the only door there is. */
async function keyOf(person: Person): Promise<string | undefined> {
  const { id: userId } = await accountOf(person);
  return (await openApiKey(api.service, { userId }))?.reveal();
}

async function policyOf(person: Person) {
  const { policy } = await askOwn<{ policy: { fields?: Record<string, { lock?: string[] }> } }>(
    person,
    "policy.get",
  );
  return policy.fields?.["model.stopSequences"]?.lock;
}

const fields: TextField[] = [
  {
    name: "an organization's name",
    write: (person, [name]) => callOwn(person, "organization.rename", { name }),
    read: async (person) => [(await organizationOf(person)).name],
    normal: nameOf,
    keeps: 800,
  },
  {
    name: "a person's name",
    write: (person, [name]) => signUpGuest(person, { name }),
    read: async (person) => [(await guestOf(person)).name],
    normal: nameOf,
    keeps: 40,
    // A password takes long to hash, and the rule is the one of an organization's name.
    step: 20,
  },
  {
    name: "the address of an account",
    write: (person, [email = ""]) => signUpGuest(person, { email }),
    read: async (person) => [(await guestOf(person)).email],
    normal: (text) => text.toLowerCase(),
    keeps: 0,
  },
  {
    name: "a part of the address of an account",
    // Each with a number, since addresses that differ in case only are one.
    write: (person, [part]) => signUpGuest(person, { email: `${part}.${signUps}@example.com` }),
    read: async (person, [part = ""]) => {
      const { email } = await guestOf(person);
      return [email.startsWith(`${part.toLowerCase()}.`) ? part : email];
    },
    keeps: 5,
    step: 5,
  },
  {
    name: "the address that signs in",
    write: (_person, [email = ""]) => signIn(email),
    read: async () => undefined,
    keeps: 0,
    step: 10,
  },
  {
    name: "the address of an invitation",
    write: (person, [part]) =>
      callOwn(person, "organization.invite", { role: "viewer", email: `${part}@example.com` }),
    read: async (person) => {
      const [made] = await askOwn<{ id: string; email: string }[]>(person, "organization.invitations");
      await callOwn(person, "organization.revokeInvitation", { invitationId: made?.id });
      return [made?.email.replace(/@example\.com$/, "")];
    },
    keeps: 30,
  },
  {
    name: "the token of an invitation",
    write: (person, [token]) => call(person, "organization.acceptInvitation", { token }),
    read: async () => undefined,
    keeps: 0,
  },
  {
    name: "a service token's name",
    write: (person, [name]) =>
      callOwn(person, "token.create", { name, actions: ["effective:read"], days: 1 }),
    read: async (person) => {
      const tokens = await askOwn<{ id: string; name: string; revokedAt?: string | null }[]>(
        person,
        "token.list",
      );
      for (const { id } of tokens) await callOwn(person, "token.revoke", { tokenId: id });
      return tokens.map(({ name }) => name);
    },
    normal: nameOf,
    keeps: 700,
  },
  {
    name: "a text that a policy imposes",
    atOnce: 16,
    write: (person, lock) =>
      callOwn(person, "policy.set", { policy: { fields: { "model.stopSequences": { lock } } } }),
    read: policyOf,
    keeps: 800,
  },
  {
    name: "a model that a policy allows",
    write: (person, [model]) => callOwn(person, "policy.set", { policy: { allowedModels: [model] } }),
    read: policyOf,
    keeps: 0,
  },
  {
    name: "a field that a policy is about",
    write: (person, [name = ""]) =>
      callOwn(person, "policy.set", { policy: { fields: { [name]: { lock: 1 } } } }),
    read: policyOf,
    keeps: 0,
  },
  {
    name: "a key over tRPC",
    write: (person, [newKey]) => call(person, "key.rotate", { owner: { type: "user" }, newKey }),
    read: async (person) => [await keyOf(person)],
    normal: (text) => text.trim(),
    keeps: 0,
  },
  {
    name: "the rest of a key over REST",
    write: (person, [rest]) =>
      person.json("POST", "/api/ai-configuration/rotate-key", { newPrimaryKey: `sk-ant-${rest}` }),
    read: async (person) => [(await keyOf(person))?.slice("sk-ant-".length)],
    normal: (text) => text.trimEnd(),
    keeps: 200,
  },
];

describe("a hostile text is refused with its place, or comes back as it is", () => {
  test.each(fields)(
    "as $name",
    async (field) => {
      const { kept, problems } = await judgeAll(field, people, hostileStrings);
      expect(problems).toEqual([]);
      expect(kept).toBeGreaterThanOrEqual(field.keeps);
    },
    120_000,
  );
});

test("whatever a person is called, their organization has a name", () => {
  const names = hostileStrings.map(organizationNameOf);
  expect(names.filter((name) => !nameInput.safeParse(name).success)).toEqual([]);
});

test("after all that the server is ready, and has nothing to report", async () => {
  expect((await new Person(api.url).send("GET", "/readyz")).status).toBe(200);
  expect(errorLines(api)).toEqual([]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});
