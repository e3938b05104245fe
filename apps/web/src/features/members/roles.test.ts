import { expect, test } from "vitest";
import { mayManage, type Role, roleOptions, rolesToGive, withArticle } from "./roles.ts";

test.each<[Role, Role[]]>([
  ["owner", ["owner", "admin", "member", "viewer"]],
  ["admin", ["admin", "member", "viewer"]],
  ["member", []],
  ["viewer", []],
])("%s may give %j", (mine, expected) => {
  expect(rolesToGive(mine)).toEqual(expected);
});

test("only owners touch owners, and members and viewers touch nobody", () => {
  expect(mayManage("owner", "owner")).toBe(true);
  expect(mayManage("admin", "owner")).toBe(false);
  expect(mayManage("admin", "admin")).toBe(true);
  expect(mayManage("member", "viewer")).toBe(false);
  expect(mayManage("viewer", "viewer")).toBe(false);
});

test("every choice says what the role may do", () => {
  expect(roleOptions(["viewer"])).toEqual([{ value: "viewer", label: "Viewer", hint: "Reads the settings" }]);
});

test("a role in a sentence has its article", () => {
  expect(["owner", "admin", "member", "viewer"].map((role) => withArticle(role as Role))).toEqual([
    "an owner",
    "an admin",
    "a member",
    "a viewer",
  ]);
});
