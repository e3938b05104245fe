import { expect, test } from "vitest";

import { addressBlock, clientAddress } from "./client-address.ts";

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

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  [undefined, "unknown"],
])("%s counts as %s", (address, block) => {
  expect(addressBlock(address)).toBe(block);
});
