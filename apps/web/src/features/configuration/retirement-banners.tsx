import { Link } from "@tanstack/react-router";
import type { Owner } from "../../data/owner.ts";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { useLifecycle } from "../../data/use-lifecycle.ts";
import { Banner } from "../../ui/banner.tsx";
import { organizationRetirements, ownRetirements } from "./retirement-texts.ts";

interface RetirementBannersProps {
  owner: Owner;
  effective: EffectiveConfiguration;
  isReadOnly: boolean;
  onChooseModel(): void;
}

/** Models that are about to go or gone, the most urgent first, each with the way to another one. */
export function RetirementBanners({ owner, effective, isReadOnly, onChooseModel }: RetirementBannersProps) {
  // Whoever may not change an organization's settings may not ask about its members either.
  const { data } = useLifecycle(owner, effective.organizationId ?? undefined, {
    enabled: owner.type === "user" || !isReadOnly,
  });
  if (!data) return null;
  const { shown, more } =
    owner.type === "user"
      ? ownRetirements(data, { isReplaced: effective.configuration.model.onRetiredModel !== "fail" })
      : organizationRetirements(data);
  if (shown.length === 0) return null;
  return (
    <div role="status" className="space-y-2">
      {shown.map(({ model, text, isChosenHere }) => (
        <Banner
          key={model}
          tone="warn"
          action={
            isChosenHere &&
            !isReadOnly && (
              <Link
                to="/configuration"
                search={(search) => search}
                hash="model.model"
                replace
                onClick={onChooseModel}
                className="inline-flex min-h-6 items-center whitespace-nowrap font-medium underline underline-offset-2"
              >
                Choose another model
              </Link>
            )
          }
        >
          {text}
        </Banner>
      ))}
      {more > 0 && <p className="px-3.5 text-[0.8125rem] text-muted">and {more} more</p>}
    </div>
  );
}
