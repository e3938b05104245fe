export type IssueCode =
  | "unknown_field"
  | "invalid_type"
  | "not_a_number"
  | "out_of_range"
  | "not_an_integer"
  | "unknown_model"
  | "unknown_price"
  | "unknown_time_zone"
  | "retired_model"
  | "policy_locked"
  | "policy_limit"
  | "policy_model"
  | "invalid_value"
  | "inconsistent"
  | "read_only"
  | "secret_not_allowed"
  | "reserved_key"
  | "too_large"
  | "malformed";

/** One problem of one value. `path` is a field ("model.temperature"), a section, or "" for the whole. */
export interface Issue {
  readonly path: string;
  readonly code: IssueCode;
  readonly message: string;
}

export type Checked<T> = { success: true; data: T } | { success: false; errors: Issue[] };
