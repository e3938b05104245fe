import { describe, expect, test } from "vitest";
import { actorName, describeDeed } from "./describe-deed.ts";

const dana = "00000000-0000-0000-0000-00000000000d";
const kim = "00000000-0000-0000-0000-00000000000a";
const deed = {
  subject: "configuration",
  action: "update",
  configId: kim,
  configName: null,
  memberName: null,
  actor: { id: dana },
  changes: [],
};

test("a configuration or a key is told with whose it is", () => {
  const named = { ...deed, configName: "default" };
  expect(describeDeed(named, undefined)).toBe("changed your configuration");
  expect(describeDeed({ ...named, action: "delete", configName: "night" }, "Acme")).toBe(
    "deleted the “night” configuration of Acme",
  );
  expect(describeDeed({ ...deed, subject: "key" }, "Acme")).toBe("changed the API key of Acme");
  expect(describeDeed({ ...deed, subject: "key", action: "insert" }, undefined)).toBe("stored your API key");
  const slot = [{ path: "slot", from: "secondary", to: null }];
  expect(describeDeed({ ...deed, subject: "key", action: "delete", changes: slot }, undefined)).toBe(
    "deleted your secondary API key",
  );
});

test.each([
  ["insert", "founded Acme"],
  ["update", "renamed Acme"],
  ["delete", "deleted Acme"],
])("an organization's %s", (action, words) => {
  expect(describeDeed({ ...deed, subject: "organization", action }, "Acme")).toBe(words);
});

describe("a membership", () => {
  const membership = { ...deed, subject: "member", memberName: "Kim Osei" };

  test.each([
    ["insert", "added Kim Osei to Acme", "joined Acme"],
    ["update", "changed the role of Kim Osei in Acme", "changed their own role in Acme"],
    ["delete", "removed Kim Osei from Acme", "left Acme"],
  ])("%s by somebody else, or by the member", (action, byOther, bySelf) => {
    expect(describeDeed({ ...membership, action }, "Acme")).toBe(byOther);
    expect(describeDeed({ ...membership, action, actor: { id: kim } }, "Acme")).toBe(bySelf);
  });

  test("of somebody who has left since is told without a name", () => {
    expect(describeDeed({ ...membership, memberName: null, action: "delete" }, "Acme")).toBe(
      "removed a former member from Acme",
    );
  });
});

test("an invitation is told with the address it is for, if it is for one", () => {
  const invitation = { ...deed, subject: "invitation" };
  const forLee = [{ path: "email", from: null, to: "lee@example.com" }];
  const wasForLee = [{ path: "email", from: "lee@example.com", to: null }];
  const say = (action: string, changes: typeof forLee | typeof wasForLee | []) =>
    describeDeed({ ...invitation, action, changes }, "Acme");
  expect(say("insert", forLee)).toBe("invited lee@example.com to Acme");
  expect(say("insert", [])).toBe("made an invitation link to Acme");
  expect(say("update", [{ path: "acceptedBy", from: null, to: "kim" }])).toBe("used an invitation to Acme");
  expect(say("update", [{ path: "role", from: null, to: "owner" }])).toBe("changed an invitation to Acme");
  expect(say("delete", wasForLee)).toBe("withdrew the invitation of lee@example.com to Acme");
  expect(say("delete", [])).toBe("withdrew an invitation link to Acme");
});

test("a policy is told as the organization's", () => {
  const policy = { ...deed, subject: "policy" };
  expect(describeDeed({ ...policy, action: "insert" }, "Acme")).toBe("set the policy of Acme");
  expect(describeDeed(policy, "Acme")).toBe("changed the policy of Acme");
});

test("who has no name is told by what they are", () => {
  expect(actorName({ name: "Dana", type: "user" })).toBe("Dana");
  expect(actorName({ name: null, type: "user" })).toBe("A former member");
  expect(actorName({ name: null, type: "system" })).toBe("The system");
});

test("a service token is told by its name, whether it was made or revoked, or did something itself", () => {
  const token = { ...deed, subject: "token" };
  const made = { ...token, action: "insert", changes: [{ path: "name", to: "Checkout" }] };
  const revoked = { ...token, action: "delete", changes: [{ path: "name", from: "Checkout" }] };
  expect(describeDeed(made, "Acme")).toBe("made the service token “Checkout” of Acme");
  const changed = { ...token, action: "update", changes: [{ path: "expiresAt", to: "2999-01-01" }] };
  expect(describeDeed(changed, "Acme")).toBe("changed a service token of Acme");
  expect(describeDeed(revoked, "Acme")).toBe("revoked the service token “Checkout” of Acme");
  expect(actorName({ type: "token", name: "Checkout (aics_…x7Qp)" })).toBe(
    "The service token Checkout (aics_…x7Qp)",
  );
});
