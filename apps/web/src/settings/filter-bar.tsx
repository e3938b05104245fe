import { ListFilter, Search, X } from "lucide-react";
import { classNames } from "../lib/class-names.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { textInputClassNames } from "../ui/text-field.tsx";

interface FilterBarProps {
  search: string;
  onSearch(search: string): void;
  /** What the narrowed page shows, as in "Only overrides (4)". */
  onlyWord: string;
  isOnly: boolean;
  onOnly(isOnly: boolean): void;
  onlyCount: number;
  /** How many settings are shown, where that is fewer than all. */
  matchCount?: number;
}

/** Finds settings by any of their names, and narrows the page to what is set. */
export function FilterBar(props: FilterBarProps) {
  const { search, onSearch, onlyWord, isOnly, onOnly, onlyCount, matchCount } = props;
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <div className="relative min-w-0 flex-1 basis-56">
        <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-faint" />
        <input
          type="search"
          aria-label="Search settings"
          placeholder="Search settings"
          value={search}
          onChange={(event) => onSearch(event.target.value)}
          className={classNames(textInputClassNames, "pr-9 pl-9 [&::-webkit-search-cancel-button]:hidden")}
        />
        {search !== "" && (
          <IconButton
            label="Clear search"
            className="absolute top-0.5 right-0.5"
            onClick={() => onSearch("")}
          >
            <X className="size-4" />
          </IconButton>
        )}
      </div>
      <button
        type="button"
        aria-pressed={isOnly}
        onClick={() => onOnly(!isOnly)}
        className={classNames(
          "inline-flex h-9 items-center gap-1.5 rounded-md border px-3 font-medium text-[0.8125rem] transition-colors",
          isOnly
            ? "border-accent bg-accent-soft text-accent-ink"
            : "border-line-strong bg-surface text-muted hover:text-ink",
        )}
      >
        <ListFilter aria-hidden className="size-4" />
        Only {onlyWord} ({onlyCount})
      </button>
      <p role="status" className="sr-only">
        {matchCount === undefined ? "" : `${matchCount} ${matchCount === 1 ? "setting" : "settings"} shown`}
      </p>
    </search>
  );
}
