import { execFileSync } from "node:child_process";

const starters = process.env.npm_lifecycle_event === undefined ? [] : startersOf(process.ppid);

/**
 * Calls back once when npm has ended before us: it passes a signal on to the shell that it runs scripts in, and no
 * shell passes it on to us.
 */
export function whenNpmEnds(end) {
  if (starters.length === 0) return;
  const timer = setInterval(() => {
    if (process.ppid === starters[0] && starters.every(isRunning)) return;
    clearInterval(timer);
    end();
  }, 250);
}

/**
 * Who started us, and above it who started that, where it is the shell that npm runs scripts in, or the installed `node`,
 * which is a shell script. Some shells give way to their command: then it is npm itself, and above it is a shell of
 * somebody's own.
 */
function startersOf(pid) {
  const isShell = tell(pid, "args=")?.includes(process.env.npm_lifecycle_script);
  const above = isShell ? Number(tell(pid, "ppid=")) : 0;
  return above > 0 ? [pid, above] : [pid];
}

/** Undefined where nothing tells, as on Windows. */
function tell(pid, what) {
  try {
    const stdio = ["ignore", "pipe", "ignore"];
    return execFileSync("ps", ["-ww", "-o", what, "-p", String(pid)], { stdio, encoding: "utf8" });
  } catch {
    return undefined;
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
