import { controlIdOf, placeOf } from "./policy-draft.ts";

/** Leads to the control that a problem is about. */
export function focusOn(issuePath: string) {
  const { key, part } = placeOf(issuePath);
  const id = controlIdOf(key);
  const control = document.getElementById(part ? `${id}-${part}` : id) ?? document.getElementById(id);
  control?.focus();
}
