import { classNames } from "../lib/class-names.ts";

/** The first letter of a name on a tile; decoration beside the name itself. */
export function Avatar({ name, isRound = false }: { name: string; isRound?: boolean }) {
  return (
    <span
      aria-hidden
      className={classNames(
        "grid size-7 shrink-0 place-items-center font-semibold text-xs",
        isRound
          ? "rounded-full bg-accent-soft text-accent-ink"
          : "rounded-lg bg-level-organization text-canvas",
      )}
    >
      {(Array.from(name.trim())[0] ?? "?").toLocaleUpperCase()}
    </span>
  );
}
