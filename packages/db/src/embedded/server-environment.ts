/**
 * What the server's programs see of our environment: neither our secrets nor the PG… variables, which would
 * change what they do.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "TMPDIR", "TEMP", "TMP", "SystemRoot", "SYSTEMROOT", "ComSpec"] as const;
  const environment: NodeJS.ProcessEnv = { LC_ALL: "C", LANG: "C", TZ: "UTC" };
  for (const name of kept) {
    if (process.env[name] !== undefined) environment[name] = process.env[name];
  }
  return environment;
}
