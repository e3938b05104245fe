import { expect, test } from "vitest";

import { readAddress } from "./connection-options.ts";

test.each([
  ["postgres://a:b@db.example.com:5432/app", "postgres://a:b@db.example.com:5432/app", false],
  ["postgres://a:b@db.example.com:6543/app", "postgres://a:b@db.example.com:6543/app", true],
  ["postgres://a:b@db.example.com:6543", "postgres://a:b@db.example.com:6543", true],
  [
    "postgres://a:b@db.example.com/app?pgbouncer=true&sslmode=require",
    "postgres://a:b@db.example.com/app?sslmode=require",
    true,
  ],
  ["postgres://a:b@one:5432,two:5432/app?connection_limit=1", "postgres://a:b@one:5432,two:5432/app", false],
])("%s is understood", (url, expected, isPooled) => {
  expect(readAddress(url)).toEqual({ url: expected, isPooled });
});
