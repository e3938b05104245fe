import { expect, test } from "vitest";
import { checkIdentity, safeReturnPath } from "./check-identity.ts";

test("a complete input has no errors", () => {
  expect(checkIdentity({ name: "Dana", email: "dana@example.com", password: "0123456789" })).toEqual({});
});

test("each missing part is named", () => {
  expect(Object.keys(checkIdentity({ name: " ", email: "dana", password: "012345678" }))).toEqual([
    "name",
    "email",
    "password",
  ]);
});

test.each(["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", undefined])(
  "nobody is led away from this app by returnTo=%j",
  (path) => {
    expect(safeReturnPath(path)).toBe("/configuration");
  },
);

test("a path of this app is returned to, with its search and hash", () => {
  const path = "/configuration?level=organization#model.temperature";
  expect(safeReturnPath(path)).toBe(path);
});
