import type { Lifecycle } from "./model-entry.ts";
import { findModel, type ModelCatalogue } from "./models.ts";
import type { RemoteModel } from "./remote-model.ts";

const NO_DATES: Lifecycle = {
  deprecatedOn: null,
  retiresOn: null,
  retiresNotBefore: null,
  replacement: null,
};

/** The stage is the signal of retirement (types of @anthropic-ai/sdk 1.12): a date is only its plan. */
export function lifecycleIn(remote: RemoteModel, known: Lifecycle = NO_DATES, today: string): Lifecycle {
  const deprecatedOn = dayIn(remote.deprecated_at) ?? known.deprecatedOn;
  const retiresOn = dayIn(remote.retires_at);
  const ended = retiresOn ?? known.retiresOn ?? today;
  switch (remote.lifecycle) {
    case "active":
      return { ...known, deprecatedOn: null, retiresOn: null };
    case "deprecated":
      return {
        ...known,
        deprecatedOn: deprecatedOn ?? today,
        // A day that has passed is overdue, not over.
        retiresOn: retiresOn && retiresOn > today ? retiresOn : null,
      };
    case "retired":
      return { ...known, deprecatedOn, retiresOn: ended < today ? ended : today };
    default:
      return { ...known, deprecatedOn, retiresOn: retiresOn ?? known.retiresOn };
  }
}

/** The newest active model of its line that has a price: without any, calls would fail on the day. */
export function successorOf(
  leaving: RemoteModel,
  all: readonly RemoteModel[],
  models: ModelCatalogue,
): string | null {
  let successor: string | null = null;
  let released = "";
  for (const { id, line, lifecycle, created_at: createdAt } of all) {
    if (!line || line !== leaving.line || lifecycle !== "active" || !createdAt || createdAt < released)
      continue;
    const model = findModel(id, models);
    if (!model?.prices.length) continue;
    successor = model.id;
    released = createdAt;
  }
  return successor;
}

function dayIn(moment: string | null | undefined): string | undefined {
  const day = moment?.slice(0, 10) ?? "";
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : undefined;
}
