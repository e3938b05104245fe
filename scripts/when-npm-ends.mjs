import { execFileSync } from "node:child_process";

/** The process that started us, and where the installed `node` is a shell script, the one that started that. */
const above = process.env.npm_lifecycle_event ? [process.ppid, parentOf(process.ppid)] : [];

/**
 * Calls back once when npm has ended before us: it passes a signal on to the shell that it runs scripts in, and no
 * shell passes it on to us.
 */
export function whenNpmEnds(end) {
  if (above.length === 0) return;
  const timer = setInterval(() => {
    if (process.ppid === above[0] && above.every(isRunning)) return;
    clearInterval(timer);
    end();
  }, 250);
}

/** Undefined where nothing tells, as on Windows. */
function parentOf(pid) {
  try {
    return Number(
      execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return undefined;
  }
}

function isRunning(pid) {
  if (pid === undefined) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
