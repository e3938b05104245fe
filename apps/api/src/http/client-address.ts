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
