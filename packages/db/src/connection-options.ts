import postgres, { type Options } from "postgres";

/** How to reach a server, with what only other drivers or poolers understand taken out of the address. */
export interface Address {
  url: string;
  /** Behind a pooler that hands each transaction to another session: no prepared statements, no session state. */
  isPooled: boolean;
}

/** These would be sent to the server as settings, which it refuses. */
const foreignParameters = ["pgbouncer", "connection_limit", "pool_timeout", "channel_binding", "schema"];

const transactionPoolerPort = ":6543/";

export function readAddress(url: string): Address {
  const [base = "", query = ""] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  const isPooled = parameters.get("pgbouncer") === "true" || `${base}/`.includes(transactionPoolerPort);
  for (const name of foreignParameters) parameters.delete(name);
  const rest = parameters.toString();
  return { url: rest ? `${base}?${rest}` : base, isPooled };
}

/** What every connection of ours shares. */
export function commonOptions(applicationName: string) {
  return {
    connect_timeout: 5,
    // While the server is away, answer quickly that it is; the driver's own pause grows to twenty seconds.
    backoff: (retries: number) => Math.min(2 ** retries / 100, 0.5) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    connection: { application_name: applicationName },
    types: { bigint: postgres.BigInt },
  } satisfies Options<{ bigint: postgres.PostgresType<bigint> }>;
}

/** Nothing of ours runs long: a statement that does holds others up, so the server ends it. */
export const sessionTimeouts = {
  statement_timeout: 5_000,
  lock_timeout: 2_000,
  idle_in_transaction_session_timeout: 10_000,
};

/**
 * A server that lives has ended every statement by then, so a connection that is silent for longer is none any more: it is
 * given up, and its statement fails as where the server is away.
 */
export const ANSWER_TIMEOUT_MS = sessionTimeouts.statement_timeout + 2_000;

/** The same behind a transaction pooler, where the login role says how long a statement may take. */
export const POOLED_ANSWER_TIMEOUT_MS = 60_000;
