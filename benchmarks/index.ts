// The numbers we promise, measured here and now: `npm run bench`, or `npm run bench -- read-configuration`.
import { admission } from "./admission.ts";
import { compileAndResolve } from "./compile-and-resolve.ts";
import { governedCalls } from "./governed-calls.ts";
import { readConfiguration } from "./read-configuration.ts";

const topics: Record<string, () => Promise<void>> = {
  admission: () => admission({ seconds: numbers("BENCH_LOAD_SECONDS")?.[0] }),
  "compile-and-resolve": compileAndResolve,
  "governed-calls": () => governedCalls({ seconds: numbers("BENCH_LOAD_SECONDS")?.[0] }),
  "read-configuration": () =>
    readConfiguration({ loadSeconds: numbers("BENCH_LOAD_SECONDS")?.[0], rowCounts: numbers("BENCH_ROWS") }),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(topics, name));
if (unknown.length > 0) {
  console.error(`No such topic: ${unknown.join(", ")}. There are: ${Object.keys(topics).join(", ")}.`);
  process.exit(2);
}
for (const [name, run] of Object.entries(topics)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`# ${name}`);
  await run();
}

/** Numbers separated by commas, for a shorter run than the one we promise by. */
function numbers(variable: string): number[] | undefined {
  return process.env[variable]?.split(",").map(Number);
}
