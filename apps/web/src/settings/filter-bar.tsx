import { ListFilter, Search, X } from "lucide-react";
import { classNames } from "../lib/class-names.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { textInputClassNames } from "../ui/text-field.tsx";

interface FilterBarProps {
  search: string;
  onSearch(search: string): void;
  onlyOverrides: boolean;
  onOnlyOverrides(isOn: boolean): void;
  overrideCount: number;
  /** How many settings are shown, where that is fewer than all. */
  matchCount?: number;
}

/** Finds settings by any of their names, and narrows the page to what is set at this level. */
export function FilterBar(props: FilterBarProps) {
  const { search, onSearch, onlyOverrides, onOnlyOverrides, overrideCount, matchCount } = props;
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
        aria-pressed={onlyOverrides}
        onClick={() => onOnlyOverrides(!onlyOverrides)}
        className={classNames(
          "inline-flex h-9 items-center gap-1.5 rounded-md border px-3 font-medium text-[0.8125rem] transition-colors",
          onlyOverrides
            ? "border-accent bg-accent-soft text-accent-ink"
            : "border-line-strong bg-surface text-muted hover:text-ink",
        )}
      >
        <ListFilter aria-hidden className="size-4" />
        Only overrides ({overrideCount})
      </button>
      <p role="status" className="sr-only">
        {matchCount === undefined ? "" : `${matchCount} ${matchCount === 1 ? "setting" : "settings"} shown`}
      </p>
    </search>
  );
}
