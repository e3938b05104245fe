import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import type { Model } from "../../data/use-models.ts";
import { SectionCard } from "../../settings/section-card.tsx";
import { SectionList } from "../../settings/section-list.tsx";
import type { EntryState } from "./entry-state.ts";
import { handedOutValue } from "./handed-out-value.ts";
import { ModelsCard } from "./models-card.tsx";
import { MODELS_KEY, ruleKey } from "./policy-draft.ts";
import { PoolCard } from "./pool-card.tsx";
import { RuleRow } from "./rule-row.tsx";
import type { VisibleParts } from "./visible-parts.ts";

interface PolicyPartsProps {
  parts: VisibleParts;
  /** The keys that the policy says something about. */
  ruled: ReadonlySet<string>;
  effective: EffectiveConfiguration | undefined;
  models: Record<string, Model>;
  allowedModels: readonly string[] | undefined;
  isReadOnly: boolean;
  stateOf(key: string): EntryState;
  onChange(key: string, value: unknown): void;
}

/** The cards of a policy, and the list that leads to them. */
export function PolicyParts(props: PolicyPartsProps) {
  const { parts, ruled, effective, models, allowedModels, isReadOnly, stateOf, onChange } = props;
  const { hasModels, pool, sections } = parts;
  const places = [
    ...(hasModels ? [{ name: MODELS_KEY, title: "Allowed models", keys: [MODELS_KEY] }] : []),
    ...(pool.length > 0
      ? [{ name: "pool", title: "Shared limits", keys: pool.map((name) => `pool.${name}`) }]
      : []),
    ...sections.map(({ name, title, fields }) => ({
      name,
      title,
      keys: fields.map(({ path }) => ruleKey(path)),
    })),
  ];
  return (
    <div className="grid gap-8 xl:grid-cols-[minmax(0,1fr)_11.5rem]">
      <div className="min-w-0 space-y-5">
        {hasModels && (
          <ModelsCard
            state={stateOf(MODELS_KEY)}
            models={models}
            isReadOnly={isReadOnly}
            onChange={onChange}
          />
        )}
        {pool.length > 0 && (
          <PoolCard names={pool} stateOf={stateOf} isReadOnly={isReadOnly} onChange={onChange} />
        )}
        {sections.map(({ fields, ...section }) => (
          <SectionCard key={section.name} {...section}>
            {fields.map((field) => (
              <RuleRow
                key={field.path}
                field={field}
                state={stateOf(ruleKey(field.path))}
                handedOut={handedOutValue(effective, field.path)}
                models={models}
                allowedModels={allowedModels}
                isReadOnly={isReadOnly}
                onChange={onChange}
              />
            ))}
          </SectionCard>
        ))}
      </div>
      <div className="hidden xl:block">
        <div className="sticky top-20">
          <SectionList
            to="/policy"
            sections={places.map(({ name, title, keys }) => ({ name, title, mark: markOf(keys, ruled) }))}
          />
        </div>
      </div>
    </div>
  );
}

function markOf(keys: readonly string[], ruled: ReadonlySet<string>): string | undefined {
  const count = keys.filter((key) => ruled.has(key)).length;
  return count === 0 ? undefined : `${count} ${count === 1 ? "rule" : "rules"}`;
}
