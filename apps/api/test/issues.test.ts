import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appRouter } from "../src/router.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

interface Issue {
  path: string;
  code: string;
  message: string;
}

const rest = "/api/ai-configuration";
const user = { type: "user" };
const named = "Must be 1 to 64 letters, digits, spaces or . _ : - and start with a letter or digit.";

let api: TestApi;
let dana: Person;

beforeAll(async () => {
  api = await startApi();
  dana = new Person(api.url);
  await dana.signUp("dana@example.com");
});

afterAll(() => api?.[Symbol.asyncDispose]());

/** What a request is refused with, whichever form its address answers in. */
async function refusalOf(method: string, path: string, body?: unknown) {
  const answer = await (body === undefined ? dana.send(method, path) : dana.json(method, path, body));
  const { error, errors } = answer.body as {
    error: { code: string; data?: { aiConfig: { code: string; issues: Issue[] } } };
    errors?: Issue[];
  };
  const code = error.data?.aiConfig.code ?? error.code;
  const issues = error.data?.aiConfig.issues ?? errors ?? [];
  return { status: answer.status, code, issues: issues.map((issue) => Object.values(issue).join(" | ")) };
}

describe("what is wrong with a request is told by the caller's own field, in our words", () => {
  const cases: [method: string, path: string, body: unknown, issues: string[]][] = [
    ["PATCH", rest, { updates: {} }, ["configName | invalid_type | Is required."]],
    [
      "PATCH",
      rest,
      { configName: 5, updates: {} },
      ["configName | invalid_type | Must be text, not a number."],
    ],
    [
      "PATCH",
      rest,
      { configName: null, updates: {} },
      ["configName | invalid_type | Must be text, not null."],
    ],
    ["PATCH", rest, { configName: "default" }, ["updates | invalid_type | Is required."]],
    ["PATCH", rest, [], [" | invalid_type | Must be an object, not a list."]],
    ["PATCH", rest, "text", [" | invalid_type | Must be an object, not text."]],
    [
      "PATCH",
      rest,
      { configName: "default", updates: {}, priority: 9 },
      ["priority | unknown_field | There is no such field. Check the spelling."],
    ],
    [
      "GET",
      `${rest}?organizationId=7`,
      undefined,
      ["organizationId | invalid_value | Must be an id as the API gives them."],
    ],
    [
      "GET",
      `${rest}?user=7`,
      undefined,
      ["user | unknown_field | There is no such field. Check the spelling."],
    ],
    ["POST", `${rest}/rotate-key`, {}, ["newPrimaryKey | invalid_type | Is required."]],
    [
      "POST",
      `${rest}/rotate-key`,
      { newPrimaryKey: "nothing like a key" },
      [
        "newPrimaryKey | malformed | Must start with sk-ant-, hold no spaces and be at most 512 characters long.",
      ],
    ],
    [
      "POST",
      `${rest}/rotate-key`,
      { newPrimaryKey: "x".repeat(1001) },
      ["newPrimaryKey | out_of_range | Must be 1,000 characters or less."],
    ],
    [
      "POST",
      "/api/trpc/key.rotate",
      { owner: user, newKey: "nothing like a key" },
      ["newKey | malformed | Must start with sk-ant-, hold no spaces and be at most 512 characters long."],
    ],
    [
      "POST",
      "/api/trpc/configuration.update",
      { owner: { type: "me" }, configName: "default", updates: {}, expectedVersion: -1, reason: 7 },
      [
        'owner.type | invalid_value | Must be one of "user", "organization".',
        "expectedVersion | out_of_range | Must be 0 or more.",
        "reason | invalid_type | Must be text, not a number.",
      ],
    ],
    [
      "POST",
      "/api/trpc/configuration.update",
      { configName: "default", updates: {}, expectedVersion: 2 ** 53 },
      [
        "owner | invalid_type | Is required.",
        "expectedVersion | out_of_range | Must be 2,147,483,647 or less.",
      ],
    ],
    ["POST", "/api/trpc/organization.create", { name: " " }, ["name | out_of_range | Must not be empty."]],
    [
      "POST",
      "/api/trpc/organization.create",
      { name: "a\nb" },
      ["name | invalid_value | Must be text on one line."],
    ],
    [
      "POST",
      "/api/trpc/organization.create",
      { name: "x".repeat(101) },
      ["name | out_of_range | Must be 100 characters or less."],
    ],
    [
      "POST",
      "/api/trpc/organization.invite",
      { organizationId: "x", role: "boss", email: "nobody" },
      [
        "organizationId | invalid_value | Must be an id as the API gives them.",
        'role | invalid_value | Must be one of "owner", "admin", "member", "viewer".',
        "email | invalid_value | Must be an e-mail address, like name@example.com.",
      ],
    ],
    [
      "POST",
      "/api/trpc/policy.set",
      { organizationId: "5f0c1a52-1d3c-4a7e-9a43-0d6c8b1f7e11", policy: 5 },
      ["policy | invalid_type | Must be an object, not a number."],
    ],
    [
      "POST",
      "/api/auth/sign-up/email",
      { name: "Kim", email: "kim", password: "short" },
      [
        "email | invalid_value | Must be an e-mail address, like name@example.com.",
        "password | out_of_range | Must be 10 characters or more.",
      ],
    ],
  ];

  test.each(cases)("%s %s %j", async (method, path, body, issues) => {
    const refusal = await refusalOf(method, path, body);
    expect(refusal).toEqual({ status: 400, code: "INPUT_INVALID", issues });
  });

  test("no procedure lets the words of a library through", async () => {
    const procedures = Object.entries(
      appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
    );
    const junk = {
      owner: 1,
      organizationId: [],
      name: {},
      policy: "",
      configId: 0,
      isActive: "",
      limit: 1e9,
    };
    for (const [name, { _def }] of procedures) {
      for (const input of [null, [], {}, { owner: {} }, junk, { ...junk, owner: user, nonsense: 1 }]) {
        const path = `/api/trpc/${name}`;
        const answer =
          _def.type === "query"
            ? await dana.send("GET", `${path}?input=${encodeURIComponent(JSON.stringify(input))}`)
            : await dana.json("POST", path, input);
        const text = JSON.stringify(answer.body);
        expect([name, text]).toEqual([
          name,
          expect.not.stringMatching(/Invalid|expected |received|Too (small|big)|nonoptional|discriminator/),
        ]);
      }
    }
  });
});

describe("a bad name of a configuration", () => {
  const bad = ["", "-a", "a".repeat(65), "a/b", "ä", "a\tb", "💩", " a"];
  const requests: [name: string, send: (configName: string) => ReturnType<typeof refusalOf>][] = [
    ["PATCH", (configName) => refusalOf("PATCH", rest, { configName, updates: {} })],
    [
      "PATCH with updates as bad",
      (configName) => refusalOf("PATCH", rest, { configName, updates: { x: 1 } }),
    ],
    ["DELETE", (configName) => refusalOf("DELETE", rest, { configName })],
    [
      "tRPC update",
      (configName) =>
        refusalOf("POST", "/api/trpc/configuration.update", { owner: user, configName, updates: {} }),
    ],
    [
      "tRPC delete",
      (configName) => refusalOf("POST", "/api/trpc/configuration.delete", { owner: user, configName }),
    ],
  ];

  test.each(requests)("%s is refused with the same code and words everywhere", async (_name, send) => {
    for (const configName of bad) {
      const refusal = await send(configName);
      expect(refusal).toEqual({
        status: 400,
        code: "INPUT_INVALID",
        issues: [`configName | invalid_value | ${named}`],
      });
    }
  });
});

describe("what a caller sends is not sent back at length", () => {
  test("a key in the place of a field's name stays hidden", async () => {
    const key = `sk-ant-api03-${"s".repeat(40)}`;
    const refusal = await refusalOf("PATCH", rest, { configName: "default", updates: {}, [key]: 1 });
    expect(refusal.issues).toEqual([
      "[secret] | unknown_field | There is no such field. Check the spelling.",
    ]);
  });

  test("ten thousand unknown fields, and one with a long name, are told briefly", async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, 1]));
    const refusal = await refusalOf("PATCH", rest, { configName: "default", updates: {}, ...many });
    expect(refusal.issues).toHaveLength(101);
    expect(refusal.issues.at(-1)).toBe(" | too_large | There are 9900 more problems.");
    const long = await refusalOf("DELETE", rest, { configName: "default", ["x".repeat(100_000)]: 1 });
    expect(JSON.stringify(long).length).toBeLessThan(300);
  });
});
