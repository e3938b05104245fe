import type { Owner } from "../../data/owner.ts";
import type { ConfigurationSummary } from "../../data/use-configurations.ts";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { useToggleConfiguration } from "../../data/use-toggle-configuration.ts";
import { formatRelative } from "../../lib/format-time.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { RetirementBanners } from "./retirement-banners.tsx";

interface NoticesProps {
  owner: Owner;
  effective: EffectiveConfiguration;
  row: ConfigurationSummary | undefined;
  isReadOnly: boolean;
  organization?: string;
  onChooseModel(): void;
}

/** What has to be known about the whole page before reading it. */
export function ConfigurationNotices(props: NoticesProps) {
  const { owner, effective, row, isReadOnly, organization, onChooseModel } = props;
  const toggle = useToggleConfiguration();
  const isOff = row !== undefined && !row.isActive;
  return (
    <div className="mb-4 space-y-2 empty:hidden">
      {effective.stale && (
        <Banner tone="warn" role="status">
          The database cannot be reached. These are the last known values, read{" "}
          {formatRelative(effective.resolvedAt, new Date())}; changes cannot be saved.
        </Banner>
      )}
      {isReadOnly && !effective.stale && (
        <Banner>
          You can look at the settings of {organization}, not change them. Ask an owner or admin.
        </Banner>
      )}
      {isOff && (
        <Banner
          tone="warn"
          action={
            !isReadOnly && (
              <Button
                size="small"
                isBusy={toggle.isPending}
                onClick={() => toggle.mutate({ configId: row.id, isActive: true })}
              >
                Switch on
              </Button>
            )
          }
        >
          What is stored at this level is switched off, so none of it is used.
        </Banner>
      )}
      <RetirementBanners
        owner={owner}
        effective={effective}
        isReadOnly={isReadOnly}
        onChooseModel={onChooseModel}
      />
    </div>
  );
}
