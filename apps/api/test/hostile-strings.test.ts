import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { errorLines } from "./support/error-lines.ts";
import { hostileStrings } from "./support/hostile-strings.ts";
import { judgeAll, type TextField } from "./support/judge-texts.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

interface Model {
  stopSequences: string[];
}

const rest = "/api/ai-configuration";
const owner = { type: "user" };

let api: TestApi;
let people: Person[];
let changes = 0;

beforeAll(async () => {
  api = await startApi();
  people = Array.from({ length: 4 }, () => new Person(api.url));
  for (const [index, person] of people.entries()) await person.signUp(`person${index}@example.com`);
});

afterAll(() => api?.[Symbol.asyncDispose]());

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

/** As a client that sends whatever it holds: what no text is goes out as escapes that stand for nothing. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
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
    name: "a field's name over REST",
    write: (person, [name = ""]) =>
      person.json("PATCH", rest, { configName: "default", updates: { [name]: 1 } }),
    read: configurations,
    keeps: 0,
  },
  {
    name: "a field's name over tRPC",
    write: (person, [name = ""]) =>
      update(person, { configName: "default", updates: { model: { [name]: 1 } } }),
    read: configurations,
    keeps: 0,
  },
  {
    name: "an organization's id in an address",
    write: (person, [id = ""]) => person.send("GET", `${rest}?organizationId=${encoded(id)}`),
    read: configurations,
    keeps: 0,
  },
];

test("there are more than a thousand hostile texts, each once", () => {
  expect(hostileStrings.length).toBeGreaterThan(1_000);
  expect(new Set(hostileStrings).size).toBe(hostileStrings.length);
});

describe("a hostile text is refused, or comes back as it is", () => {
  test.each(fields)(
    "as $name",
    async (field) => {
      const { kept, problems } = await judgeAll(field, people, hostileStrings);
      expect(problems).toEqual([]);
      if (field.keeps === 0) expect(kept).toBe(0);
      else expect(kept).toBeGreaterThan(field.keeps);
    },
    120_000,
  );
});

test("after all that the server is ready, and has nothing to report", async () => {
  expect((await new Person(api.url).send("GET", "/readyz")).status).toBe(200);
  expect(errorLines(api)).toEqual([]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});
