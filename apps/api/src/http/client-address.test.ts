import { expect, test } from "vitest";

import { clientAddress } from "./client-address.ts";

test.each([
  [undefined, 0, "127.0.0.1"],
  ["192.0.2.1", 0, "127.0.0.1"],
  [undefined, 1, "127.0.0.1"],
  ["192.0.2.1", 1, "192.0.2.1"],
  ["10.0.0.1, 192.0.2.1", 1, "192.0.2.1"],
  ["10.0.0.1,192.0.2.1 , 192.0.2.2", 2, "192.0.2.1"],
  ["192.0.2.1", 2, "127.0.0.1"],
  ["unknown", 1, "127.0.0.1"],
  ["2001:db8::1", 1, "2001:db8::1"],
  ["", 1, "127.0.0.1"],
])("%j behind %i trusted proxies comes from %s", (forwardedFor, trustedProxies, address) => {
  expect(clientAddress("127.0.0.1", forwardedFor, trustedProxies)).toBe(address);
});
