import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { classNames } from "../lib/class-names.ts";

interface SectionListProps {
  to: "/configuration" | "/policy";
  /** Each is named after the id of its card. */
  sections: readonly { name: string; title: string; mark?: string }[];
}

/** The sections of the page, with the one in view marked. */
export function SectionList({ to, sections }: SectionListProps) {
  const current = useSectionInView(sections.map((section) => section.name));
  return (
    <nav aria-label="Sections" className="border-line border-l">
      {sections.map(({ name, title, mark }) => (
        <Link
          key={name}
          to={to}
          search={(search: object) => search}
          hash={name}
          replace
          aria-current={current === name ? "location" : undefined}
          className={classNames(
            "-ml-px flex min-h-8 items-center justify-between gap-2 border-l-2 py-1 pl-3 text-[0.8125rem] transition-colors",
            current === name
              ? "border-accent font-medium text-ink"
              : "border-transparent text-muted hover:text-ink",
          )}
        >
          {title}
          {mark && <span className="text-faint text-xs tabular-nums">{mark}</span>}
        </Link>
      ))}
    </nav>
  );
}

function useSectionInView(names: readonly string[]): string | undefined {
  const [current, setCurrent] = useState(names[0]);
  const key = names.join(" ");
  useEffect(() => {
    const look = () => {
      const isAtEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 4;
      const passed = key
        .split(" ")
        .filter((name) => (document.getElementById(name)?.getBoundingClientRect().top ?? Infinity) < 160);
      setCurrent(isAtEnd ? key.split(" ").at(-1) : (passed.at(-1) ?? key.split(" ")[0]));
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, [key]);
  return current;
}
