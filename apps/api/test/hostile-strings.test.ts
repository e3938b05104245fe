import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { nameInput, organizationNameOf } from "../src/http/name-input.ts";
import { errorLines } from "./support/error-lines.ts";
import { hostileStrings } from "./support/hostile-strings.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

type Answer = Awaited<ReturnType<Person["send"]>>;

/** A place where people write: how texts get there, and how they come back. */
interface TextField {
  name: string;
  /** How many texts fit there at once. */
  atOnce?: number;
  write: (person: Person, texts: string[]) => Promise<Answer>;
  read: (person: Person, texts: string[]) => Promise<unknown>;
  /** What is kept of a text, where that is not the text itself. */
  normal?: (text: string) => string;
  /** How many of all texts are kept, at least. */
  keeps: number;
  /** Only every so many-th text is tried, where each takes long. */
  step?: number;
}

interface Model {
  stopSequences: string[];
}

const rest = "/api/ai-configuration";
const owner = { type: "user" };
const nameOf = (text: string) => text.trim().normalize("NFC");

let api: TestApi;
let people: Person[];
let signUps = 0;
let changes = 0;

beforeAll(async () => {
  api = await startApi({ trustedProxies: 1 });
  people = Array.from({ length: 4 }, () => new Person(api.url));
  for (const person of people) await signUp(person, "Dana Reyes");
});

afterAll(() => api?.[Symbol.asyncDispose]());

/** Each time from another address, since one may not sign up often. */
function signUp(person: Person, name: string | undefined): Promise<Answer> {
  signUps += 1;
  return person.json(
    "POST",
    "/api/auth/sign-up/email",
    { name, email: `person${signUps}@example.com`, password: "correct horse battery" },
    { origin: api.url, "x-forwarded-for": `10.0.0.${signUps}` },
  );
}

const patch = (person: Person, configName: string | undefined, model: object) =>
  person.json("PATCH", rest, { configName, updates: { model } });
const call = (person: Person, procedure: string, input: object) =>
  person.json("POST", `/api/trpc/${procedure}`, input);
const update = (person: Person, input: object) => call(person, "configuration.update", { owner, ...input });

async function ask<Data>(person: Person, procedure: string, input?: object): Promise<Data> {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const { body } = await person.send("GET", `/api/trpc/${procedure}${query}`);
  return (body as { result: { data: Data } }).result.data;
}

async function configurations(
  person: Person,
): Promise<{ configName: string; configuration: { model: Model } }[]> {
  const { body } = await person.send("GET", rest);
  return (body as { userConfigurations: never }).userConfigurations;
}

async function organizationOf(person: Person): Promise<{ id: string; name: string }> {
  const [organization] = await ask<{ id: string; name: string }[]>(person, "organization.list");
  if (!organization) throw new Error("There is one.");
  return organization;
}

/** A patch that is a change each time, so that there is something to give a reason for. */
function change(): object {
  changes += 1;
  return { model: { maxTokens: 1 + (changes % 1000) } };
}

const fields: TextField[] = [
  {
    name: "a configuration's name over REST",
    write: (person, [configName]) => patch(person, configName, { topK: 1 }),
    read: async (person, [configName]) => {
      const found = await configurations(person);
      expect(await person.json("DELETE", rest, { configName })).toMatchObject({ status: 200 });
      return found.map((row) => row.configName);
    },
    normal: (text) => text.normalize("NFC"),
    keeps: 50,
  },
  {
    name: "a configuration's name over tRPC",
    write: (person, [configName]) => update(person, { configName, updates: { model: { topK: 1 } } }),
    read: async (person, [configName]) => {
      const found = await ask<{ configName: string }[]>(person, "configuration.list", { owner });
      const deleted = await call(person, "configuration.delete", { owner, configName });
      expect(deleted).toMatchObject({ status: 200 });
      return found.map((row) => row.configName);
    },
    normal: (text) => text.normalize("NFC"),
    keeps: 50,
  },
  {
    name: "a model over REST",
    write: (person, [model]) => patch(person, "default", { model }),
    read: configurations,
    keeps: 0,
  },
  {
    name: "a model over tRPC",
    write: (person, [model]) => update(person, { configName: "default", updates: { model: { model } } }),
    read: configurations,
    keeps: 0,
  },
  {
    name: "stop sequences over REST",
    atOnce: 16,
    write: (person, stopSequences) => patch(person, "default", { stopSequences }),
    read: async (person) => (await configurations(person))[0]?.configuration.model.stopSequences,
    keeps: 300,
  },
  {
    name: "stop sequences over tRPC",
    atOnce: 16,
    write: (person, stopSequences) =>
      update(person, { configName: "default", updates: { model: { stopSequences } } }),
    read: async (person) => {
      const effective = await ask<{ configuration: { model: Model } }>(person, "configuration.effective", {});
      return effective.configuration.model.stopSequences;
    },
    keeps: 300,
  },
  {
    name: "the reason of a change",
    write: (person, [reason]) => update(person, { configName: "default", reason, updates: change() }),
    read: async (person) => {
      const page = await ask<{ entries: { reason: string | null }[] }>(person, "audit.list", {
        owner,
        limit: 1,
      });
      return page.entries.map((entry) => entry.reason ?? "");
    },
    normal: (text) => text.trim(),
    keeps: 300,
  },
  {
    name: "an organization's name",
    write: async (person, [name]) => {
      const { id: organizationId } = await organizationOf(person);
      return call(person, "organization.rename", { organizationId, name });
    },
    read: async (person) => [(await organizationOf(person)).name],
    normal: nameOf,
    keeps: 300,
  },
  {
    name: "a person's name",
    write: (person, [name]) => signUp(person, name),
    read: async (person) => [(await ask<{ user: { name: string } }>(person, "me.get")).user.name],
    normal: nameOf,
    keeps: 60,
    // A password takes long to hash, and the rule is the one of an organization's name.
    step: 5,
  },
];

/** What is wrong with a refusal, if anything. */
function problemOf(answer: Answer): string | undefined {
  const { error } = answer.body as {
    error?: { code?: string; requestId?: string; data?: { aiConfig: { code: string; requestId: string } } };
  };
  const { code, requestId } = error?.data?.aiConfig ?? error ?? {};
  const isEnvelope = typeof code === "string" && requestId === answer.headers.get("x-request-id");
  const isBrief = JSON.stringify(answer.body).length < 5_000;
  if (answer.status >= 400 && answer.status < 500 && isEnvelope && isBrief) return undefined;
  return `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
}

interface Verdict {
  kept: number;
  problems: string[];
}

/** Tries texts in a field. Where several are refused together, each half has another chance. */
async function judge(field: TextField, person: Person, texts: string[]): Promise<Verdict> {
  const { write, read, normal = (text) => text } = field;
  const answer = await write(person, texts);
  const shown = JSON.stringify(texts).slice(0, 100);
  if (answer.status === 200) {
    const kept = JSON.stringify(await read(person, texts));
    if (kept === JSON.stringify(texts.map(normal))) return { kept: texts.length, problems: [] };
    return { kept: 0, problems: [`${shown} came back as ${kept?.slice(0, 100)}`] };
  }
  const problem = problemOf(answer);
  if (problem !== undefined) return { kept: 0, problems: [`${shown}: ${problem}`] };
  if (texts.length === 1) return { kept: 0, problems: [] };
  const half = texts.length >> 1;
  const first = await judge(field, person, texts.slice(0, half));
  const second = await judge(field, person, texts.slice(half));
  return { kept: first.kept + second.kept, problems: [...first.problems, ...second.problems] };
}

/** Tries every text in a field, by several people at once. */
async function judgeAll(field: TextField): Promise<Verdict> {
  const { atOnce = 1, step = 1 } = field;
  const left = hostileStrings.filter((_text, index) => index % step === 0);
  const total: Verdict = { kept: 0, problems: [] };
  const work = async (person: Person) => {
    while (left.length > 0) {
      const { kept, problems } = await judge(field, person, left.splice(0, atOnce));
      total.kept += kept;
      total.problems.push(...problems);
    }
  };
  await Promise.all(people.map(work));
  return total;
}

test("there are hundreds of hostile texts, each once", () => {
  expect(hostileStrings.length).toBeGreaterThan(450);
  expect(new Set(hostileStrings).size).toBe(hostileStrings.length);
});

describe("a hostile text is refused, or comes back as it is", () => {
  test.each(fields)(
    "as $name",
    async (field) => {
      const { kept, problems } = await judgeAll(field);
      expect(problems).toEqual([]);
      if (field.keeps === 0) expect(kept).toBe(0);
      else expect(kept).toBeGreaterThan(field.keeps);
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
});
