import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, as the system tells it; empty where the system does not tell. */
  startedAt: string;
}

export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startTimeOf(process.pid) };
}

/** True when the very process that was recorded still lives, and not another that inherited its number. */
export function isSameProcessAlive({ pid, startedAt }: ProcessIdentity): boolean {
  if (!isAlive(pid)) return false;
  const now = startTimeOf(pid);
  return now === "" || startedAt === "" || now === startedAt;
}

export function isAlive(pid: number): boolean {
  // Where nobody collects the dead, as in many containers, they keep their number for ever.
  if (process.platform === "linux" && /^[ZX]$/.test(statFields(pid)[0] ?? "")) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** True when `pid` is a PostgreSQL server working in `clusterDirectory`. */
export function isPostgresOn(pid: number, clusterDirectory: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") {
    try {
      const program = basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
      return program === "postgres" && readlinkSync(`/proc/${pid}/cwd`) === clusterDirectory;
    } catch {
      // Only its own user and root may look; whoever started our server is one of them.
      return false;
    }
  }
  if (process.platform === "win32") {
    return output("tasklist", ["/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"])
      .toLowerCase()
      .includes("postgres");
  }
  const command = output("ps", ["-o", "command=", "-p", String(pid)]);
  return command.includes("postgres") && command.includes(clusterDirectory);
}

/** The parent of a process, or undefined where the system does not tell. */
export function parentOf(pid: number): number | undefined {
  if (process.platform === "linux") return Number(statFields(pid)[1]) || undefined;
  if (process.platform === "win32") return undefined;
  return Number(output("ps", ["-o", "ppid=", "-p", String(pid)])) || undefined;
}

function startTimeOf(pid: number): string {
  if (process.platform === "win32") return "";
  if (process.platform !== "linux") return output("ps", ["-o", "lstart=", "-p", String(pid)]);
  const ticksSinceBoot = statFields(pid)[19];
  if (ticksSinceBoot === undefined) return "";
  return `${readText("/proc/sys/kernel/random/boot_id")}:${ticksSinceBoot}`;
}

/** The fields of /proc/<pid>/stat from the state on; the command name before them may hold any character. */
function statFields(pid: number): string[] {
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

function output(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}
