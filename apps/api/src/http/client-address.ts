import { isIP } from "node:net";

/**
 * The address that tries are counted under: the connection's, or behind trusted proxies the one that the
 * outermost of them saw. Each proxy appends what it saw to X-Forwarded-For, so what stands further left was
 * written by the caller and says nothing.
 */
export function clientAddress(
  connection: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string | undefined {
  if (trustedProxies === 0 || forwardedFor === undefined) return connection;
  const seen = forwardedFor.split(",").at(-trustedProxies)?.trim();
  return seen !== undefined && isIP(seen) !== 0 ? seen : connection;
}

/** What stands for an address where tries are counted: of IPv6 the half that one customer has to themselves. */
export function addressBlock(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.toLowerCase().split("%", 1).join().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(zeros, 0)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
