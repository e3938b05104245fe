/** The settings of every embedded server; the rest stays as PostgreSQL ships it. */
export function serverSettings(isDurable: boolean): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    // Rows and statements may hold what must not lie in a log file.
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    log_checkpoints: "off",
    // Compiling costs more than our short statements take.
    jit: "off",
    ...(isDurable
      ? {}
      : {
          fsync: "off",
          synchronous_commit: "off",
          full_page_writes: "off",
          autovacuum: "off",
          max_wal_size: "4GB",
        }),
  };
}
