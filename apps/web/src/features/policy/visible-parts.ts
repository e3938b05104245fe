import { type PolicyPool, SECTIONS, type SectionDefinition } from "@ai-config/config-core";
import { matchesSearch, matchesText } from "../../settings/field-filter.ts";
import { POOL_FIELDS } from "../../settings/pool-fields.ts";
import { MODELS_KEY, poolKey, ruleKey } from "./policy-draft.ts";

export interface PartsFilter {
  search: string;
  /** Only what the policy says something about. */
  isOnly: boolean;
  says(key: string): boolean;
}

export interface VisibleParts {
  hasModels: boolean;
  pool: readonly (keyof PolicyPool)[];
  sections: readonly SectionDefinition[];
  /** How many parts there are to see. */
  count: number;
}

const MODELS_TEXT = "Allowed models claude llm";

/** What of a policy is shown. A field that no layer may hold cannot be ruled. */
export function visibleParts({ search, isOnly, says }: PartsFilter): VisibleParts {
  const isShown = (key: string) => !isOnly || says(key);
  const hasModels = matchesText(MODELS_TEXT, search) && isShown(MODELS_KEY);
  const pool = POOL_FIELDS.filter(
    ({ name, label, help, field }) =>
      isShown(poolKey(name)) &&
      (matchesText(`${label} ${help} pool`, search) || matchesSearch(field, search)),
  ).map(({ name }) => name);
  const sections = SECTIONS.map((section) => ({
    ...section,
    fields: section.fields.filter(
      (field) => field.writable && isShown(ruleKey(field.path)) && matchesSearch(field, search),
    ),
  })).filter(({ fields }) => fields.length > 0);
  const fieldCount = sections.reduce((sum, { fields }) => sum + fields.length, 0);
  return { hasModels, pool, sections, count: fieldCount + pool.length + (hasModels ? 1 : 0) };
}
