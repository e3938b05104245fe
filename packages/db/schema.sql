-- The sum of the migrations, to read and to compare. Written by `pnpm --filter @ai-config/db dump-schema`.

-- Tables

create table ai_configuration_audit (
  id bigint not null generated always as identity,
  subject text not null,
  config_id uuid not null,
  user_id uuid,
  organization_id uuid,
  config_name text,
  action text not null,
  version integer,
  old_value jsonb,
  new_value jsonb,
  actor_type text not null,
  changed_by uuid not null,
  actor_name text,
  reason text,
  request_id text,
  changed_at timestamp with time zone not null default clock_timestamp(),
  via text not null default 'sql'::text,
  seq bigint not null,
  salt bytea,
  content_hash bytea not null,
  hash bytea not null,
  constraint ai_configuration_audit_action_check CHECK ((action = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text]))),
  constraint ai_configuration_audit_actor_type_check CHECK ((actor_type = ANY (ARRAY['user'::text, 'token'::text, 'service'::text, 'system'::text]))),
  constraint ai_configuration_audit_pkey PRIMARY KEY (id),
  constraint ai_configuration_audit_subject_check CHECK ((subject = ANY (ARRAY['configuration'::text, 'key'::text, 'policy'::text, 'member'::text, 'organization'::text, 'invitation'::text, 'token'::text])))
);
alter table ai_configuration_audit enable row level security;

create table ai_configurations (
  id uuid not null default gen_random_uuid(),
  user_id uuid,
  organization_id uuid,
  config_name text not null default 'default'::text,
  configuration jsonb not null default '{}'::jsonb,
  is_active boolean not null default true,
  priority integer not null default 0,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid,
  updated_by uuid,
  constraint ai_configurations_configuration_check CHECK ((private.config_problem(configuration) IS NULL)),
  constraint ai_configurations_created_by_users_id_fk FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint ai_configurations_name_check CHECK (((config_name IS NFC NORMALIZED) AND (config_name ~ '^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$'::text) AND (config_name !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'::text))),
  constraint ai_configurations_one_owner CHECK ((num_nonnulls(user_id, organization_id) = 1)),
  constraint ai_configurations_organization_id_organizations_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint ai_configurations_pkey PRIMARY KEY (id),
  constraint ai_configurations_priority_check CHECK (((priority >= '-1000'::integer) AND (priority <= 1000))),
  constraint ai_configurations_updated_by_users_id_fk FOREIGN KEY (updated_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint ai_configurations_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE
);
alter table ai_configurations enable row level security;

create table ai_usage_daily (
  starts_at timestamp with time zone not null,
  user_id uuid not null,
  organization_id uuid,
  model text not null,
  key_slot text not null,
  calls integer not null,
  failures integer not null,
  rate_limited integer not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_write_5m_tokens bigint not null,
  cache_write_1h_tokens bigint not null,
  web_searches bigint not null,
  cost numeric not null,
  constraint ai_usage_daily_key UNIQUE NULLS NOT DISTINCT (user_id, starts_at, organization_id, model, key_slot)
);
alter table ai_usage_daily enable row level security;

create table ai_usage_events (
  id uuid not null,
  user_id uuid not null,
  organization_id uuid,
  configuration_version text,
  model_asked text not null,
  model_served text,
  api_version text not null,
  key_slot text not null,
  experiment_variant text,
  started_at timestamp with time zone not null,
  settled_at timestamp with time zone not null,
  first_byte_ms integer,
  duration_ms integer not null,
  attempts integer not null,
  outcome text not null,
  error_type text,
  http_status integer,
  stop_reason text,
  is_stream boolean not null,
  input_tokens integer not null,
  output_tokens integer not null,
  cache_read_tokens integer not null,
  cache_write_5m_tokens integer not null,
  cache_write_1h_tokens integer not null,
  web_searches integer not null,
  cost numeric not null,
  cost_basis text not null,
  anthropic_request_ids text[] not null default '{}'::text[],
  label text,
  tags jsonb not null default '{}'::jsonb,
  operation text not null default 'message'::text,
  constraint ai_usage_events_basis_check CHECK ((cost_basis = ANY (ARRAY['exact'::text, 'estimated'::text, 'unknown'::text]))),
  constraint ai_usage_events_cost_check CHECK (((cost >= (0)::numeric) AND (cost < 'Infinity'::numeric))),
  constraint ai_usage_events_key_slot_check CHECK ((key_slot = ANY (ARRAY['primary'::text, 'secondary'::text, 'environment'::text]))),
  constraint ai_usage_events_label_check CHECK (((char_length(label) <= 200) AND (label !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'::text))),
  constraint ai_usage_events_operation_check CHECK ((operation = ANY (ARRAY['message'::text, 'token_count'::text]))),
  constraint ai_usage_events_outcome_check CHECK ((outcome = ANY (ARRAY['success'::text, 'error'::text, 'aborted'::text, 'timeout'::text]))),
  constraint ai_usage_events_request_ids_check CHECK (((cardinality(anthropic_request_ids) <= 16) AND (array_position(anthropic_request_ids, NULL::text) IS NULL) AND (char_length(array_to_string(anthropic_request_ids, ''::text)) <= 3200) AND (array_to_string(anthropic_request_ids, ' '::text) !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'::text))),
  constraint ai_usage_events_tags_check CHECK (((jsonb_typeof(tags) = 'object'::text) AND (NOT jsonb_path_exists(tags, '$.*?(@.type() != "string")'::jsonpath)) AND (char_length((tags)::text) <= 4000) AND ((tags)::text !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'::text))),
  constraint ai_usage_events_texts_check CHECK (((char_length(model_asked) <= 200) AND (char_length(model_served) <= 200) AND (char_length(api_version) <= 200) AND (char_length(experiment_variant) <= 200) AND (char_length(configuration_version) <= 200) AND (char_length(error_type) <= 200) AND (char_length(stop_reason) <= 200))) NOT VALID
) partition by RANGE (started_at);
alter table ai_usage_events enable row level security;

create table ai_usage_hourly (
  starts_at timestamp with time zone not null,
  user_id uuid not null,
  organization_id uuid,
  model text not null,
  key_slot text not null,
  calls integer not null,
  failures integer not null,
  rate_limited integer not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_write_5m_tokens bigint not null,
  cache_write_1h_tokens bigint not null,
  web_searches bigint not null,
  cost numeric not null,
  constraint ai_usage_hourly_key UNIQUE NULLS NOT DISTINCT (user_id, starts_at, organization_id, model, key_slot)
);
alter table ai_usage_hourly enable row level security;

create table budget_alerts (
  id uuid not null default gen_random_uuid(),
  user_id uuid,
  organization_id uuid,
  period text not null,
  threshold numeric not null,
  limit_usd numeric not null,
  spent numeric not null,
  starts_at timestamp with time zone not null,
  resets_at timestamp with time zone not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint budget_alerts_once UNIQUE NULLS NOT DISTINCT (user_id, organization_id, period, starts_at, limit_usd, threshold),
  constraint budget_alerts_one_owner CHECK ((num_nonnulls(user_id, organization_id) = 1)),
  constraint budget_alerts_period_check CHECK ((period = ANY (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text]))),
  constraint budget_alerts_pkey PRIMARY KEY (id)
);
alter table budget_alerts enable row level security;

create table identity.accounts (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  account_id text not null,
  provider_id text not null,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamp with time zone,
  refresh_token_expires_at timestamp with time zone,
  scope text,
  password text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_provider_account_key UNIQUE (provider_id, account_id),
  constraint accounts_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE
);
alter table identity.accounts enable row level security;

create table identity.issuer_accounts (
  key text not null,
  user_id uuid,
  created_at timestamp with time zone not null default now(),
  constraint issuer_accounts_pkey PRIMARY KEY (key),
  constraint issuer_accounts_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL
);
alter table identity.issuer_accounts enable row level security;

create table identity.request_limits (
  key text not null,
  points integer not null,
  expire timestamp with time zone,
  constraint request_limits_pkey PRIMARY KEY (key)
);
alter table identity.request_limits enable row level security;

create table identity.sessions (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  token text not null,
  expires_at timestamp with time zone not null,
  ip_address text,
  user_agent text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_token_unique UNIQUE (token),
  constraint sessions_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE
);
alter table identity.sessions enable row level security;

create table identity.two_factors (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  secret text not null,
  backup_codes text not null,
  verified boolean not null default false,
  failed_verification_count integer not null default 0,
  locked_until timestamp with time zone,
  constraint two_factors_pkey PRIMARY KEY (id),
  constraint two_factors_user_id_unique UNIQUE (user_id),
  constraint two_factors_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE
);
alter table identity.two_factors enable row level security;

create table identity.verifications (
  id uuid not null default gen_random_uuid(),
  identifier text not null,
  value text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint verifications_pkey PRIMARY KEY (id)
);
alter table identity.verifications enable row level security;

create table organization_invitations (
  id uuid not null default gen_random_uuid(),
  organization_id uuid,
  email text,
  role text not null default 'member'::text,
  token_hash text not null,
  invited_by uuid,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  accepted_by uuid,
  claim uuid,
  claimed_until timestamp with time zone,
  constraint organization_invitations_accepted_by_users_id_fk FOREIGN KEY (accepted_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint organization_invitations_email_check CHECK (((char_length(email) <= 320) AND (email !~ '[[:cntrl:]]'::text) AND (email !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'::text))),
  constraint organization_invitations_invited_by_users_id_fk FOREIGN KEY (invited_by) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint organization_invitations_organization_id_organizations_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint organization_invitations_pkey PRIMARY KEY (id),
  constraint organization_invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text]))),
  constraint organization_invitations_token_hash_check CHECK (((char_length(token_hash) >= 32) AND (char_length(token_hash) <= 128))),
  constraint organization_invitations_token_hash_key UNIQUE (token_hash)
);
alter table organization_invitations enable row level security;

create table organization_members (
  organization_id uuid not null,
  user_id uuid not null,
  role text not null,
  is_default boolean not null default false,
  created_at timestamp with time zone not null default now(),
  constraint organization_members_organization_id_organizations_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint organization_members_pkey PRIMARY KEY (user_id, organization_id),
  constraint organization_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text]))),
  constraint organization_members_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE
);
alter table organization_members enable row level security;

create table organization_policies (
  organization_id uuid not null,
  policy jsonb not null default '{}'::jsonb,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  updated_by uuid,
  constraint organization_policies_organization_id_organizations_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint organization_policies_pkey PRIMARY KEY (organization_id),
  constraint organization_policies_policy_check CHECK ((private.policy_problem(policy) IS NULL)),
  constraint organization_policies_updated_by_users_id_fk FOREIGN KEY (updated_by) REFERENCES auth.users(id) ON DELETE SET NULL
);
alter table organization_policies enable row level security;

create table organizations (
  id uuid not null default gen_random_uuid(),
  name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid,
  constraint organizations_created_by_users_id_fk FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint organizations_name_check CHECK ((((char_length(name) >= 1) AND (char_length(name) <= 120)) AND (name = btrim(name)) AND (name !~ '[[:cntrl:]]'::text) AND (name !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'::text))),
  constraint organizations_pkey PRIMARY KEY (id)
);
alter table organizations enable row level security;

create table private.admission_leases (
  id uuid not null,
  scope text not null,
  other_scope text,
  window_ids bigint[] not null,
  reserve numeric not null,
  expires_at timestamp with time zone not null,
  admitted_at timestamp with time zone not null,
  constraint admission_leases_pkey PRIMARY KEY (id),
  constraint admission_leases_reserve_check CHECK (((reserve >= (0)::numeric) AND (reserve < 'Infinity'::numeric)))
);
alter table private.admission_leases enable row level security;

create table private.admission_scopes (
  scope text not null,
  running integer not null default 0,
  empty_at double precision not null default 0,
  interval_ms double precision not null default 1,
  next_end timestamp with time zone not null default 'infinity'::timestamp with time zone,
  tally_rule text,
  tally_step_ms double precision not null default 0,
  tally_burst_ms double precision not null default 0,
  tally_slots integer not null default 0,
  tally_window_ids bigint[] not null default '{}'::bigint[],
  tally_figures text not null default '[]'::text,
  tally_left numeric not null default '0'::numeric,
  tally_due numeric not null default '0'::numeric,
  tally_spent numeric not null default '0'::numeric,
  tally_reserved numeric not null default '0'::numeric,
  constraint admission_scopes_check CHECK (((running >= 0) AND (tally_spent >= (0)::numeric) AND (tally_spent < 'Infinity'::numeric))),
  constraint admission_scopes_pkey PRIMARY KEY (scope)
);
alter table private.admission_scopes enable row level security;

create table private.ai_provider_keys (
  id uuid not null default gen_random_uuid(),
  user_id uuid,
  organization_id uuid,
  provider text not null default 'anthropic'::text,
  slot text not null,
  sealed text not null,
  kek_id text not null,
  fingerprint text not null,
  hint text not null,
  key_version integer not null default 1,
  status text not null default 'active'::text,
  verified_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint ai_provider_keys_fingerprint_check CHECK ((fingerprint ~ '^[A-Za-z0-9_:.-]{16,128}$'::text)),
  constraint ai_provider_keys_hint_check CHECK ((hint ~ '^(sk-ant-)?…[A-Za-z0-9_-]{0,4}$'::text)),
  constraint ai_provider_keys_kek_check CHECK ((kek_id ~ '^[A-Za-z0-9_-]{1,64}$'::text)),
  constraint ai_provider_keys_one_owner CHECK ((num_nonnulls(user_id, organization_id) = 1)),
  constraint ai_provider_keys_organization_id_organizations_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint ai_provider_keys_pkey PRIMARY KEY (id),
  constraint ai_provider_keys_provider_check CHECK ((provider = 'anthropic'::text)),
  constraint ai_provider_keys_sealed_check CHECK (((char_length(sealed) <= 4096) AND (sealed ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$'::text))),
  constraint ai_provider_keys_slot_check CHECK ((slot = ANY (ARRAY['primary'::text, 'secondary'::text]))),
  constraint ai_provider_keys_status_check CHECK ((status = ANY (ARRAY['active'::text, 'grace'::text, 'revoked'::text]))),
  constraint ai_provider_keys_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint ai_provider_keys_version_check CHECK ((key_version >= 1))
);
alter table private.ai_provider_keys enable row level security;

create table private.audit_heads (
  owner text not null,
  seq bigint not null,
  hash bytea not null,
  constraint audit_heads_pkey PRIMARY KEY (owner)
);
alter table private.audit_heads enable row level security;

create table private.budget_windows (
  id bigint not null generated always as identity,
  scope text not null,
  period text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  spent numeric not null default '0'::numeric,
  reserved numeric not null default '0'::numeric,
  alerted text not null default ';'::text,
  constraint budget_windows_order_check CHECK ((starts_at < ends_at)),
  constraint budget_windows_period_check CHECK ((period = ANY (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text]))),
  constraint budget_windows_pkey PRIMARY KEY (id),
  constraint budget_windows_reserved_check CHECK (((reserved >= (0)::numeric) AND (reserved < 'Infinity'::numeric))),
  constraint budget_windows_scope_check CHECK (((scope ~~ 'user:%'::text) OR (scope ~~ 'organization:%'::text))),
  constraint budget_windows_spent_check CHECK (((spent >= (0)::numeric) AND (spent < 'Infinity'::numeric)))
);
alter table private.budget_windows enable row level security;

create table private.kek_canaries (
  kek_id text not null,
  sealed text not null,
  created_at timestamp with time zone not null default now(),
  constraint kek_canaries_pkey PRIMARY KEY (kek_id),
  constraint kek_canaries_sealed_check CHECK (((char_length(sealed) <= 4096) AND (sealed ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$'::text)))
);
alter table private.kek_canaries enable row level security;

create table private.organization_snapshots (
  organization_id uuid not null,
  layers json not null,
  constraint organization_snapshots_organization_id_organizations_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint organization_snapshots_pkey PRIMARY KEY (organization_id)
);
alter table private.organization_snapshots enable row level security;

create table private.pending_calls (
  id uuid not null,
  settled_at timestamp with time zone not null,
  cost numeric not null,
  record text not null,
  problem text,
  user_id uuid,
  organization_id uuid,
  started_at timestamp with time zone,
  constraint pending_calls_pkey PRIMARY KEY (id)
);
alter table private.pending_calls enable row level security;

create table private.settled_calls (
  id uuid not null,
  settled_at timestamp with time zone not null,
  constraint settled_calls_pkey PRIMARY KEY (id)
);
alter table private.settled_calls enable row level security;

create table private.user_snapshots (
  user_id uuid not null,
  organization_id uuid,
  layers json not null,
  constraint user_snapshots_pkey PRIMARY KEY (user_id),
  constraint user_snapshots_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE
);
alter table private.user_snapshots enable row level security;

create table service_tokens (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  name text not null,
  token_hash bytea not null,
  hint text not null,
  actions text[] not null,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint service_tokens_actions_check CHECK ((((cardinality(actions) >= 1) AND (cardinality(actions) <= 50)) AND (actions <@ ARRAY['effective:read'::text, 'configurations:read'::text, 'configurations:write'::text, 'keys:read'::text, 'keys:write'::text, 'policy:read'::text, 'members:read'::text, 'usage:read'::text, 'audit:read'::text]))),
  constraint service_tokens_created_by_users_id_fk FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint service_tokens_hint_check CHECK ((hint ~ '^aics_…[A-Za-z0-9_-]{4}$'::text)),
  constraint service_tokens_name_check CHECK ((((char_length(name) >= 1) AND (char_length(name) <= 80)) AND (name = btrim(name)) AND (name !~ '[[:cntrl:]]'::text) AND (name !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'::text))),
  constraint service_tokens_organization_id_organizations_id_fk FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint service_tokens_pkey PRIMARY KEY (id),
  constraint service_tokens_token_hash_check CHECK ((octet_length(token_hash) = 32))
);
alter table service_tokens enable row level security;

-- Indexes

CREATE INDEX ai_configuration_audit_config_idx ON public.ai_configuration_audit USING btree (config_id, id);
CREATE UNIQUE INDEX ai_configuration_audit_organization_key ON public.ai_configuration_audit USING btree (organization_id, seq);
CREATE UNIQUE INDEX ai_configuration_audit_user_key ON public.ai_configuration_audit USING btree (user_id, seq);
CREATE INDEX ai_configurations_created_by_idx ON public.ai_configurations USING btree (created_by);
CREATE INDEX ai_configurations_organization_idx ON public.ai_configurations USING btree (organization_id);
CREATE UNIQUE INDEX ai_configurations_organization_name_key ON public.ai_configurations USING btree (organization_id, lower(config_name)) WHERE (organization_id IS NOT NULL);
CREATE INDEX ai_configurations_updated_by_idx ON public.ai_configurations USING btree (updated_by);
CREATE INDEX ai_configurations_user_idx ON public.ai_configurations USING btree (user_id);
CREATE UNIQUE INDEX ai_configurations_user_name_key ON public.ai_configurations USING btree (user_id, lower(config_name)) WHERE (user_id IS NOT NULL);
CREATE INDEX ai_usage_daily_organization_idx ON public.ai_usage_daily USING btree (organization_id, starts_at);
CREATE INDEX ai_usage_events_organization_idx ON ONLY public.ai_usage_events USING btree (organization_id, started_at);
CREATE INDEX ai_usage_events_user_idx ON ONLY public.ai_usage_events USING btree (user_id, started_at);
CREATE INDEX ai_usage_hourly_organization_idx ON public.ai_usage_hourly USING btree (organization_id, starts_at);
CREATE INDEX budget_alerts_organization_idx ON public.budget_alerts USING btree (organization_id, created_at, id);
CREATE INDEX budget_alerts_user_idx ON public.budget_alerts USING btree (user_id, created_at, id);
CREATE INDEX accounts_user_idx ON identity.accounts USING btree (user_id);
CREATE INDEX issuer_accounts_user_idx ON identity.issuer_accounts USING btree (user_id);
CREATE INDEX request_limits_expire_idx ON identity.request_limits USING btree (expire);
CREATE INDEX sessions_user_idx ON identity.sessions USING btree (user_id);
CREATE INDEX verifications_identifier_idx ON identity.verifications USING btree (identifier);
CREATE INDEX organization_invitations_accepted_by_idx ON public.organization_invitations USING btree (accepted_by);
CREATE INDEX organization_invitations_invited_by_idx ON public.organization_invitations USING btree (invited_by);
CREATE INDEX organization_invitations_organization_idx ON public.organization_invitations USING btree (organization_id);
CREATE UNIQUE INDEX organization_members_default_key ON public.organization_members USING btree (user_id) WHERE is_default;
CREATE UNIQUE INDEX organization_members_organization_idx ON public.organization_members USING btree (organization_id, user_id);
CREATE INDEX organization_policies_updated_by_idx ON public.organization_policies USING btree (updated_by);
CREATE INDEX organizations_created_by_idx ON public.organizations USING btree (created_by);
CREATE INDEX admission_leases_expires_idx ON private.admission_leases USING btree (expires_at);
CREATE INDEX admission_leases_other_scope_idx ON private.admission_leases USING btree (other_scope, expires_at);
CREATE INDEX admission_leases_scope_idx ON private.admission_leases USING btree (scope, expires_at);
CREATE INDEX ai_provider_keys_fingerprint_idx ON private.ai_provider_keys USING btree (fingerprint);
CREATE INDEX ai_provider_keys_kek_idx ON private.ai_provider_keys USING btree (kek_id);
CREATE INDEX ai_provider_keys_organization_idx ON private.ai_provider_keys USING btree (organization_id);
CREATE UNIQUE INDEX ai_provider_keys_organization_slot_key ON private.ai_provider_keys USING btree (organization_id, provider, slot) WHERE (organization_id IS NOT NULL);
CREATE INDEX ai_provider_keys_user_idx ON private.ai_provider_keys USING btree (user_id);
CREATE UNIQUE INDEX ai_provider_keys_user_slot_key ON private.ai_provider_keys USING btree (user_id, provider, slot) WHERE (user_id IS NOT NULL);
CREATE UNIQUE INDEX budget_windows_key ON private.budget_windows USING btree (scope, period, starts_at);
CREATE INDEX pending_calls_organization_idx ON private.pending_calls USING btree (organization_id) WHERE (organization_id IS NOT NULL);
CREATE INDEX pending_calls_user_idx ON private.pending_calls USING btree (user_id);
CREATE INDEX service_tokens_created_by_idx ON public.service_tokens USING btree (created_by);
CREATE UNIQUE INDEX service_tokens_name_key ON public.service_tokens USING btree (organization_id, lower(name));
CREATE UNIQUE INDEX service_tokens_token_hash_key ON public.service_tokens USING btree (token_hash);

-- Functions

CREATE OR REPLACE FUNCTION public.get_ai_config_layers(p_user_id uuid, p_organization_id uuid DEFAULT NULL::uuid)
 RETURNS TABLE(source text, id uuid, config_name text, configuration jsonb, priority integer, version integer, created_at timestamp with time zone, updated_at timestamp with time zone, updated_by uuid)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  organization uuid;
begin
  if current_user <> 'service_role' and not pg_has_role(current_user, 'ai_config_service', 'usage')
    and p_user_id is distinct from auth.uid()
  then
    raise exception 'A configuration is read by its own user.' using errcode = '42501';
  end if;
  select m.organization_id into organization from public.organization_members m
    where m.user_id = p_user_id
      and case when p_organization_id is null then m.is_default else m.organization_id = p_organization_id end;
  if organization is null and p_organization_id is not null then
    raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
  end if;
  return query
    select case when c.user_id is null then 'organization' else 'user' end, c.id, c.config_name,
      c.configuration, c.priority, c.version, c.created_at, c.updated_at, c.updated_by
    from public.ai_configurations c
    where c.is_active and (c.organization_id = organization or c.user_id = p_user_id)
    order by c.user_id is not null, c.priority, c.created_at, c.id;
end $function$
;

CREATE OR REPLACE FUNCTION public.get_effective_ai_config(p_user_id uuid, p_organization_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.impose_policy(
    array(
      select l.configuration from public.get_ai_config_layers(p_user_id, p_organization_id) with ordinality as l
      order by l.ordinality),
    (select p.policy from public.organization_policies p
      join public.organization_members m on m.organization_id = p.organization_id
      where m.user_id = p_user_id
        and case when p_organization_id is null then m.is_default else m.organization_id = p_organization_id end))
$function$
;

CREATE OR REPLACE FUNCTION private.accept_invitation(p_token_hash text, p_claim uuid DEFAULT NULL::uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  actor uuid := auth.uid();
  invitation public.organization_invitations;
begin
  if actor is null then
    raise exception 'Only a signed-in user can accept an invitation.' using errcode = '42501';
  end if;
  select * into invitation from public.organization_invitations i
    where i.token_hash = p_token_hash and i.accepted_at is null and i.expires_at > clock_timestamp()
      and (i.claim is null or i.claim = p_claim or i.claimed_until < clock_timestamp())
    for update;
  if invitation.organization_id is null
    or (invitation.email is not null and not exists (
      select from auth.users u where u.id = actor and lower(u.email) = lower(invitation.email)))
    or (invitation.invited_by is not null and not exists (
      select from public.organization_members m
      where m.organization_id = invitation.organization_id and m.user_id = invitation.invited_by
        and (m.role = 'owner' or (m.role = 'admin' and invitation.role <> 'owner'))))
  then
    raise exception 'The invitation is not valid.' using errcode = 'P0002';
  end if;
  insert into public.organization_members (organization_id, user_id, role)
    values (invitation.organization_id, actor, invitation.role)
    on conflict (user_id, organization_id) do nothing;
  update public.organization_invitations set accepted_at = clock_timestamp(), accepted_by = actor
    where id = invitation.id;
  return invitation.organization_id;
end $function$
;

CREATE OR REPLACE FUNCTION private.act_as(p_actor_type text, p_actor text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if p_actor_type = 'user' then
    perform set_config('request.jwt.claims', json_build_object('sub', p_actor::uuid, 'role', 'authenticated')::text, true),
      set_config('app.actor_name', '', true),
      set_config('role', 'authenticated', true);
  elsif p_actor_type = 'service' then
    perform set_config('request.jwt.claims', '', true),
      set_config('app.actor_name', p_actor, true),
      set_config('role', 'ai_config_service', true);
  else
    raise exception 'Unknown kind of actor.' using errcode = '22023';
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION private.admission_now()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$ begin return clock_timestamp(); end $function$
;

CREATE OR REPLACE FUNCTION private.admit_call(p_call text, p_batch text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  parts text[] := string_to_array(p_call, '|', '');
  call_id uuid := parts[1];
  reserve numeric := parts[2];
  one text := parts[4];
  other text := parts[6];
  one_lock bigint := hashtextextended(one, 7);
  other_lock bigint := hashtextextended(coalesce(other, one), 7);
  done boolean;
  at timestamptz;
  now_ms double precision;
  ends_at timestamptz;
  one_ids bigint[]; other_ids bigint[];
  one_told text; other_told text;
begin
  -- Assignments instead of statements: each of those takes as long as several of these.
  done := set_config('synchronous_commit', 'off', true) is null;
  done := pg_advisory_xact_lock(least(one_lock, other_lock)) is null;
  done := pg_advisory_xact_lock(greatest(one_lock, other_lock)) is null;
  at := private.admission_now();
  now_ms := extract(epoch from at) * 1000;
  ends_at := at + parts[3]::double precision * interval '1 millisecond';
  update private.admission_scopes a set running = a.running + 1,
      empty_at = case when a.tally_step_ms = 0 then a.empty_at else greatest(a.empty_at, now_ms) + a.tally_step_ms end,
      next_end = least(a.next_end, ends_at), tally_reserved = a.tally_reserved + reserve, tally_left = a.tally_left - reserve
    where a.scope = one and a.tally_rule = parts[5] and a.next_end > at
        and a.running < a.tally_slots and a.empty_at - a.tally_burst_ms <= now_ms
        and a.tally_left >= reserve
      and (other is null or exists (select from private.admission_scopes b where b.scope = other
        and b.tally_rule = parts[7] and b.next_end > at
        and b.running < b.tally_slots and b.empty_at - b.tally_burst_ms <= now_ms
        and b.tally_left >= reserve))
      and not exists (select from private.admission_leases k where k.id = call_id)
      and not exists (select from private.pending_calls k where k.id = call_id)
      and not exists (select from private.settled_calls k where k.id = call_id)
    returning a.tally_window_ids, concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]') into one_ids, one_told;
  if one_ids is null then return private.admit_one_by_one(p_batch); end if;
  if other is not null then
    update private.admission_scopes a set running = a.running + 1,
      empty_at = case when a.tally_step_ms = 0 then a.empty_at else greatest(a.empty_at, now_ms) + a.tally_step_ms end,
      next_end = least(a.next_end, ends_at), tally_reserved = a.tally_reserved + reserve, tally_left = a.tally_left - reserve
      where a.scope = other
      returning a.tally_window_ids, ',' || concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]') into other_ids, other_told;
  end if;
  insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, admitted_at, expires_at)
    values (call_id, one, other, one_ids || other_ids, reserve, at, ends_at);
  return '{"t":[' || one_told || coalesce(other_told, '') || ']}';
end $function$
;

CREATE OR REPLACE FUNCTION private.admit_calls(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  parts text[] := string_to_array(p, '|');
  -- Each scope once, whatever calls ask of it: those that cost nothing are counted beside those that do.
  l_scope text[] := parts[14]::text[];
  answer text;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_scopes(parts[1]::text[]);
  -- Where all that is asked for fits, it makes no difference who was first, so sums decide. Otherwise this writes nothing.
  if cardinality(parts) > 13 then
    with t as materialized (
      select n.at, extract(epoch from n.at)::double precision * 1000 as now_ms
        from (select private.admission_now() as at offset 0) n
    ), s as materialized (
      select u.place, a.scope, a.tally_window_ids, a.tally_figures, a.tally_spent, a.running + u.calls as running,
          case when a.tally_step_ms = 0 then a.empty_at else greatest(a.empty_at, t.now_ms) + u.calls * a.tally_step_ms end as empty_at,
          least(a.next_end, t.at + u.lease_ms * interval '1 millisecond') as next_end, a.tally_reserved + u.reserve as tally_reserved,
          a.tally_left - u.reserve as tally_left
        from t, unnest(l_scope, parts[15]::text[], parts[16]::integer[], parts[17]::numeric[], parts[18]::double precision[])
          with ordinality as u (scope, rule, calls, reserve, lease_ms, place)
        join private.admission_scopes a on a.scope = u.scope
        where a.tally_rule = u.rule and a.next_end > t.at
          and u.calls > 0 and a.running + u.calls <= a.tally_slots
          and greatest(a.empty_at, t.now_ms) + (u.calls - 1) * a.tally_step_ms - a.tally_burst_ms <= t.now_ms
          and u.reserve >= 0 and a.tally_left >= u.reserve
    ), r as materialized (
      select u.id, u.reserve, t.at + u.lease_ms * interval '1 millisecond' as expires_at, u.one, u.other
        from t, unnest(parts[10]::uuid[], parts[11]::numeric[], parts[19]::double precision[], parts[20]::integer[],
          parts[21]::integer[]) as u (id, reserve, lease_ms, one, other)
    ), fits as materialized (
      select true as yes
        where (select count(*) from s) = cardinality(l_scope)
          and not exists (select from r, t
            where r.reserve < 0 or r.reserve >= 'Infinity' or r.expires_at <= t.at
              or (select true from private.admission_leases k where k.id = r.id offset 0)
              or (select true from private.pending_calls k where k.id = r.id offset 0)
              or (select true from private.settled_calls k where k.id = r.id offset 0))
    ), counted as (
      update private.admission_scopes a set running = s.running, empty_at = s.empty_at, next_end = s.next_end,
          tally_reserved = s.tally_reserved, tally_left = s.tally_left
        from fits, s where a.scope = s.scope
    ), leased as (
      insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, admitted_at, expires_at)
        select r.id, l_scope[r.one], l_scope[r.other], one.tally_window_ids || other.tally_window_ids, r.reserve, t.at, r.expires_at
          from fits, t, r
          join s one on one.place = r.one
          left join s other on other.place = r.other
    )
    select '{"t":[' || string_agg(concat('[', s.tally_figures, ',"', s.tally_spent, '","', s.tally_reserved, '"]'), ',' order by s.place) || ']}'
      into answer from fits, s;
  end if;
  return coalesce(answer, private.admit_one_by_one(p));
end $function$
;

CREATE OR REPLACE FUNCTION private.admit_one_by_one(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  parts text[] := string_to_array(p, '|');
  scopes text[] := parts[1]::text[];
  l_key text[] := parts[2]::text[];
  l double precision[] := parts[3]::double precision[];
  b_period text[] := parts[4]::text[];
  b_limit numeric[] := parts[5]::numeric[];
  b double precision[] := parts[6]::double precision[];
  c double precision[] := parts[7]::double precision[];
  t_due numeric[] := parts[8]::numeric[];
  t_key text[] := parts[9]::text[];
  r_id uuid[] := parts[10]::uuid[];
  r_reserve numeric[] := parts[11]::numeric[];
  r double precision[] := parts[12]::double precision[];
  l_rule text[] := parts[13]::text[];
  at timestamptz;
  now_ms double precision;
  -- Scopes by place.
  s_running integer[] := '{}'; s_empty double precision[] := '{}'; s_interval double precision[] := '{}';
  s_next timestamptz[] := '{}'; s_rule text[] := '{}';
  -- All windows of a scope that are open, whoever named them, when the first of them ends, and what is reserved in each here.
  s_open text[]; s_closes double precision[]; s_added numeric[];
  -- Places of the budgets whose windows are looked at here, those of a scope together.
  s_looked text[] := '{}'; looked integer[];
  held private.admission_scopes;
  must_free boolean := false; is_rate_changed boolean := false; has_tallies boolean := true;
  -- Limits by place.
  l_state integer[] := '{}'; l_first integer[] := '{}'; l_misfit text[] := '{}'; l_ruled text[] := '{}';
  -- Budgets of all limits by place, and their windows. Two budgets may share a window: its state is at the first.
  b_scope text[] := '{}'; b_start double precision[] := '{}'; b_end double precision[] := '{}'; b_threshold integer[] := '{}';
  b_id bigint[]; b_state integer[] := '{}';
  w_spent numeric[]; w_reserved numeric[]; w_alerted text[];
  -- Leases to write.
  n_id uuid[] := '{}'; n_scope text[] := '{}'; n_other text[] := '{}'; n_windows text[] := '{}';
  n_reserve numeric[] := '{}'; n_expires timestamptz[] := '{}';
  k_id uuid[]; k_windows text[];
  places integer[]; reserve numeric; window_list text; figures text;
  place integer; state integer; budget integer; threshold integer; known integer;
  candidate integer := 0; due integer := 0; misfit text;
  wait double precision; longest double precision; told_ms double precision; verdict text; alerts jsonb; all_alerts jsonb := '[]';
  l_alerts jsonb[] := '{}'; l_text text; answers text := '';
  room numeric; due_at numeric;
begin
  perform private.refuse_strange_limits(parts);
  -- An admission that a crash of the server takes along lasted no longer than its call, which is booked all the same.
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_scopes(scopes);
  for place in 1 .. cardinality(scopes) loop
    select * into held from private.admission_scopes a where a.scope = scopes[place];
    if not found then
      -- Here and not by a constraint, which every call would have to be held to.
      if scopes[place] !~ '^(user|organization):.' then
        raise exception 'A scope is a user or an organization.' using errcode = '22023';
      end if;
      insert into private.admission_scopes (scope) values (scopes[place]) returning * into held;
    end if;
    s_running := s_running || held.running;
    s_empty := s_empty || held.empty_at;
    s_interval := s_interval || held.interval_ms;
    s_next := s_next || held.next_end;
    s_rule := s_rule || held.tally_rule;
    must_free := must_free or held.next_end <= private.admission_now();
  end loop;
  if must_free then
    -- What has ended must not stand against anybody.
    perform private.free_expired_leases(scopes);
    for place in 1 .. cardinality(scopes) loop
      select * into held from private.admission_scopes a where a.scope = scopes[place];
      s_running[place] := held.running;
      s_next[place] := held.next_end;
      s_rule[place] := null;
    end loop;
  end if;
  at := private.admission_now();
  now_ms := extract(epoch from at) * 1000;

  budget := 0;
  for place in 1 .. cardinality(l_key) loop
    l_state := l_state || array_position(scopes, l_key[place]);
    l_ruled := l_ruled || case when l_rule[place] is not null then l_key[place] end;
    l_first := l_first || budget + 1;
    misfit := null;
    for known in 1 .. l[place][4]::integer loop
      budget := budget + 1;
      b_scope := b_scope || l_key[place];
      b_threshold := b_threshold || due + 1;
      due := due + b[budget][3]::integer;
      state := null;
      for threshold in candidate + 1 .. candidate + b[budget][2]::integer loop
        if c[threshold][1] <= now_ms and now_ms < c[threshold][2] then state := threshold; end if;
      end loop;
      candidate := candidate + b[budget][2]::integer;
      if state is null then misfit := coalesce(misfit, b_period[budget]); end if;
      b_start := b_start || c[state][1];
      b_end := b_end || c[state][2];
    end loop;
    l_misfit := l_misfit || misfit;
  end loop;
  l_first := l_first || budget + 1;
  b_threshold := b_threshold || due + 1;

  if budget > 0 then
    loop
      select array_agg(w.id order by u.place),
          array_agg(w.spent + case when w.id = any (a.tally_window_ids) then a.tally_spent else 0 end order by u.place),
          array_agg(w.reserved + case when w.id = any (a.tally_window_ids) then a.tally_reserved else 0 end order by u.place),
          array_agg(w.alerted order by u.place)
        into b_id, w_spent, w_reserved, w_alerted
        from unnest(b_scope, b_period, b_start) with ordinality as u (scope, period, start_ms, place)
        left join private.budget_windows w
          on w.scope = u.scope and w.period = u.period and w.starts_at = to_timestamp(u.start_ms / 1000)
        left join private.admission_scopes a on a.scope = w.scope;
      known := 0;
      for place in 1 .. budget loop
        if b_id[place] is null and b_start[place] is not null then
          perform private.budget_window_id(b_scope[place], b_period[place], b_start[place], b_end[place]);
          -- A tally that runs does not name it.
          has_tallies := false;
          known := known + 1;
        end if;
      end loop;
      exit when known = 0;
    end loop;
    for place in 1 .. budget loop
      b_state := b_state || case when b_id[place] is null then place else array_position(b_id, b_id[place]) end;
    end loop;
  end if;
  -- A call counts in every window of its scope that is open: one that is named again later has missed nothing then. None is
  -- longer than a month.
  select array_agg(o.ids order by u.place), array_agg(o.closes order by u.place), array_agg(0::numeric)
    into s_open, s_closes, s_added
    from unnest(scopes) with ordinality as u (scope, place)
    cross join lateral (
      select coalesce(array_agg(w.id order by w.id), '{}')::text as ids, coalesce(min(extract(epoch from w.ends_at) * 1000) filter (where w.ends_at > at), 'Infinity') as closes
        from private.budget_windows w
        where w.scope = u.scope and (w.period = any ('{daily,weekly,monthly}') and w.starts_at > at - interval '40 days'
          and w.starts_at <= at and w.ends_at > at or w.id = any (b_id))) o;
  for place in 1 .. cardinality(scopes) loop
    looked := '{}';
    for known in 1 .. budget loop
      if b_scope[known] = scopes[place] and b_id[known] is not null and b_state[known] = known then looked := looked || known; end if;
    end loop;
    s_looked := s_looked || looked::text;
  end loop;

  -- What is spent does not change here, so alerts are due once for a limit.
  for place in 1 .. cardinality(l_key) loop
    alerts := '[]';
    for budget in l_first[place] .. l_first[place + 1] - 1 loop
      for threshold in b_threshold[budget] .. b_threshold[budget + 1] - 1 loop
        exit when l_misfit[place] is not null or w_spent[b_state[budget]] < t_due[threshold];
        if position(';' || t_key[threshold] || ';' in w_alerted[b_state[budget]]) = 0 then
          w_alerted[b_state[budget]] := w_alerted[b_state[budget]] || t_key[threshold] || ';';
          alerts := alerts || jsonb_build_array(jsonb_build_array(b_scope[budget], b_period[budget],
            split_part(t_key[threshold], ':', 2), b_limit[budget]::text,
            trim_scale(w_spent[b_state[budget]])::text, b_start[budget], b_end[budget]));
        end if;
      end loop;
    end loop;
    l_alerts := l_alerts || alerts;
    all_alerts := all_alerts || alerts;
  end loop;

  select array_agg(k.id), array_agg(k.window_ids) into k_id, k_windows from (
    select x.id, x.window_ids::text from private.admission_leases x where x.id = any (r_id)
    union all
    select x.id, null from private.settled_calls x where x.id = any (r_id)
    union all
    select x.id, null from private.pending_calls x where x.id = any (r_id)
  ) k;

  for request in 1 .. cardinality(r_id) loop
    reserve := r_reserve[request];
    verdict := null;
    places := case when r[request][3] is null then array[r[request][2]] else array[r[request][2], r[request][3]] end;

    known := array_position(k_id, r_id[request]);
    if known is null then
      known := array_position(n_id, r_id[request]);
      window_list := n_windows[known];
    else
      window_list := k_windows[known];
      if window_list is null then verdict := '"s"'; end if;
    end if;
    if window_list is not null then
      figures := '';
      foreach place in array places loop
        for budget in l_first[place] .. l_first[place + 1] - 1 loop
          if b_id[budget] = any (window_list::bigint[]) then
            figures := figures || ',["' || trim_scale(w_spent[b_state[budget]]) || '","' || trim_scale(w_reserved[b_state[budget]]) || '",'
              || b_start[budget] || ',' || b_end[budget] || ']';
          else
            -- The window that it was admitted in has ended.
            select figures || coalesce(max(',["' || trim_scale(w.spent + case when w.id = any (a.tally_window_ids) then a.tally_spent else 0 end)
                || '","' || trim_scale(w.reserved + case when w.id = any (a.tally_window_ids) then a.tally_reserved else 0 end) || '",'
                || extract(epoch from w.starts_at) * 1000 || ',' || extract(epoch from w.ends_at) * 1000 || ']'), '')
              into figures from private.budget_windows w left join private.admission_scopes a on a.scope = w.scope
              where w.id = any (window_list::bigint[]) and w.scope = b_scope[budget] and w.period = b_period[budget];
          end if;
        end loop;
      end loop;
      verdict := '"a",[' || ltrim(figures, ',') || ']';
    end if;

    if verdict is null then
      foreach place in array places loop
        if l_misfit[place] is not null then verdict := '"n","' || l_misfit[place] || '"'; end if;
      end loop;
    end if;

    if verdict is null then
      -- The bucket keeps its calls when the rate changes, and from now on they leave it at the new one.
      foreach place in array places loop
        state := l_state[place];
        if s_interval[state] <> l[place][1] then
          is_rate_changed := is_rate_changed or s_empty[state] > now_ms;
          s_empty[state] := now_ms + greatest(0, s_empty[state] - now_ms) / s_interval[state] * l[place][1];
          s_interval[state] := l[place][1];
        end if;
      end loop;
      known := -1; longest := null;
      foreach place in array places loop
        known := known + 1;
        state := l_state[place];
        if l[place][1] is not null then
          wait := s_empty[state] - l[place][2] * l[place][1] - now_ms;
          if wait > 0 and (longest is null or wait > longest + 1) then
            longest := wait;
            verdict := format('"r",%s,"requestsPerMinute",%s,%s,null', known,
              ceil((s_empty[state] - now_ms) / l[place][1]), ceil(wait));
          end if;
        end if;
        -- A slot may be free at any moment: it is named where nothing else stands.
        if s_running[state] >= l[place][3]::integer and longest is null then
          longest := 0;
          verdict := format('"r",%s,"concurrentRequests",%s,%s,null', known, s_running[state],
            case when s_running[state] = 0 then ceil(r[request][1]) else 1000 end);
        end if;
        for budget in l_first[place] .. l_first[place + 1] - 1 loop
          continue when b[budget][1] <> 1 or w_spent[b_state[budget]] + w_reserved[b_state[budget]] + reserve <= b_limit[budget];
          wait := b_end[budget] - now_ms;
          -- What running calls hold may be free at any moment.
          if w_spent[b_state[budget]] + reserve <= b_limit[budget] then wait := least(1000, wait); end if;
          told_ms := ceil(wait);
          if reserve > b_limit[budget] then wait := 'Infinity'; end if;
          continue when wait <= longest + 1;
          longest := wait;
          verdict := format('"r",%s,"%sBudget","%s",%s,%s', known, b_period[budget],
            trim_scale(w_spent[b_state[budget]] + w_reserved[b_state[budget]]), told_ms, budget - l_first[place]);
        end loop;
      end loop;
    end if;

    if verdict is null then
      n_expires := n_expires || at + r[request][1] * interval '1 millisecond';
      foreach place in array places loop
        state := l_state[place];
        if l[place][1] is not null then
          s_empty[state] := greatest(s_empty[state], now_ms) + l[place][1];
        end if;
        s_running[state] := s_running[state] + 1;
        s_next[state] := least(s_next[state], n_expires[cardinality(n_expires)]);
        foreach budget in array s_looked[state]::integer[] loop
          w_reserved[budget] := w_reserved[budget] + reserve;
        end loop;
        s_added[state] := s_added[state] + reserve;
      end loop;
      n_id := n_id || r_id[request];
      n_scope := n_scope || l_key[places[1]];
      n_other := n_other || l_key[places[2]];
      n_windows := n_windows || (s_open[l_state[places[1]]]::bigint[] || coalesce(s_open[l_state[places[2]]], '{}')::bigint[])::text;
      n_reserve := n_reserve || reserve;
      verdict := '"a"';
    end if;
    answers := answers || ',[' || verdict || ']';
  end loop;

  -- Whoever asks next by the same rule for each scope is decided by its tally.
  for place in 1 .. cardinality(l_key) loop
    has_tallies := has_tallies and coalesce(s_rule[l_state[place]] = l_rule[place], l_rule[place] is null);
  end loop;
  if cardinality(n_id) > 0 or all_alerts <> '[]' or is_rate_changed or not has_tallies then
    perform private.fold_tallies(scopes);
  end if;
  if cardinality(n_id) > 0 then
    with counted as (
      update private.admission_scopes a
        set running = u.running, empty_at = u.empty_at, interval_ms = u.interval_ms, next_end = u.next_end
        from unnest(scopes, s_running, s_empty, s_interval, s_next) as u (scope, running, empty_at, interval_ms, next_end)
        where a.scope = u.scope
    ), reserved as (
      update private.budget_windows w set reserved = u.reserved, alerted = u.alerted
        from unnest(b_id, b_state, w_reserved, w_alerted) with ordinality as u (id, state, reserved, alerted, place)
        where w.id = u.id and u.state = u.place
    ), counted_beside as (
      update private.budget_windows w set reserved = w.reserved + u.added
        from (select o.id, s.added from unnest(s_open, s_added) as s (ids, added) cross join unnest(s.ids::bigint[]) as o (id)
          where s.added <> 0 and (b_id is null or o.id <> all (array_remove(b_id, null)))) u
        where w.id = u.id
    )
    insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, admitted_at, expires_at)
      select u.id, u.scope, u.other_scope, u.window_ids::bigint[], u.reserve, at, u.expires_at
      from unnest(n_id, n_scope, n_other, n_windows, n_reserve, n_expires)
        as u (id, scope, other_scope, window_ids, reserve, expires_at);
  else
    if is_rate_changed then
      update private.admission_scopes a set empty_at = u.empty_at, interval_ms = u.interval_ms
        from unnest(scopes, s_empty, s_interval) as u (scope, empty_at, interval_ms) where a.scope = u.scope;
    end if;
    if all_alerts <> '[]' then
      update private.budget_windows w set alerted = u.alerted
        from unnest(b_id, b_state, w_alerted) with ordinality as u (id, state, alerted, place)
        where w.id = u.id and u.state = u.place;
    end if;
  end if;
  if all_alerts <> '[]' then perform private.write_alerts(all_alerts); end if;
  if cardinality(n_id) > 0 or all_alerts <> '[]' or is_rate_changed or not has_tallies then
    for place in 1 .. cardinality(l_key) loop
      continue when l_rule[place] is null or l_misfit[place] is not null
        or cardinality(array_positions(l_ruled, l_key[place])) > 1;
      room := 'Infinity'; due_at := 'Infinity'; figures := '';
      wait := s_closes[l_state[place]];
      for budget in l_first[place] .. l_first[place + 1] - 1 loop
        state := b_state[budget];
        -- Its row may have been made with another end, as by a zone in which a day is shorter.
        wait := least(wait, b_end[budget]);
        if b[budget][1] = 1 then room := least(room, b_limit[budget] - w_spent[state] - w_reserved[state]); end if;
        for threshold in b_threshold[budget] .. b_threshold[budget + 1] - 1 loop
          if t_due[threshold] > w_spent[state] then due_at := least(due_at, t_due[threshold] - w_spent[state]); end if;
        end loop;
        figures := figures || ',["' || trim_scale(w_spent[state]) || '","' || trim_scale(w_reserved[state]) || '",'
          || b_start[budget] || ',' || b_end[budget] || ']';
      end loop;
      state := l_state[place];
      update private.admission_scopes a set tally_rule = l_rule[place], tally_step_ms = coalesce(l[place][1], 0),
          -- Where the call was refused, the bucket is not at the rate yet that calls will be counted by.
          empty_at = case when a.empty_at <= now_ms or a.interval_ms = l[place][1] or l[place][1] is null then a.empty_at
            else now_ms + (a.empty_at - now_ms) / a.interval_ms * l[place][1] end, interval_ms = coalesce(l[place][1], a.interval_ms),
          tally_burst_ms = coalesce(l[place][2] * l[place][1], 'Infinity'), tally_slots = coalesce(l[place][3]::integer, 2147483647),
          -- When the first of its windows ends, the scope is looked at again.
          next_end = least(a.next_end, to_timestamp(wait / 1000)), tally_window_ids = s_open[state]::bigint[], tally_figures = '[' || ltrim(figures, ',') || ']',
          tally_left = room, tally_due = due_at
        where a.scope = l_key[place];
    end loop;
  end if;
  l_text := '';
  for place in 1 .. cardinality(l_key) loop
    figures := '';
    for budget in l_first[place] .. l_first[place + 1] - 1 loop
      exit when l_misfit[place] is not null;
      figures := figures || ',["' || trim_scale(w_spent[b_state[budget]]) || '","' || trim_scale(w_reserved[b_state[budget]])
        || '",' || b_start[budget] || ',' || b_end[budget] || ']';
    end loop;
    l_text := l_text || ',[[' || ltrim(figures, ',') || '],' || l_alerts[place] || ']';
  end loop;
  return '{"l":[' || ltrim(l_text, ',') || '],"r":[' || ltrim(answers, ',') || ']}';
end $function$
;

CREATE OR REPLACE FUNCTION private.announce(p_user_id uuid, p_organization_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select pg_notify('ai_config_changed', json_build_object(
    't', case when p_user_id is null then 'organization' else 'user' end,
    'h', private.announced_name(coalesce(p_user_id, p_organization_id))
  )::text)
$function$
;

CREATE OR REPLACE FUNCTION private.announce_deleted_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.announce(old.id, null);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.announce_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.announce(case when tg_op = 'DELETE' then old.user_id else new.user_id end, null);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.announce_organization()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.announce(null, old.id);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.announce_owner()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'DELETE' then
    perform private.announce(old.user_id, old.organization_id);
  else
    perform private.announce(new.user_id, new.organization_id);
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.announced_name(p_id uuid)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select left(encode(sha256(convert_to(p_id::text, 'UTF8')), 'hex'), 32) $function$
;

CREATE OR REPLACE FUNCTION private.audit_configuration()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed public.ai_configurations := case when tg_op = 'DELETE' then old else new end;
  before jsonb;
  after jsonb;
begin
  if tg_op <> 'INSERT' then
    before := jsonb_build_object('configName', old.config_name, 'configuration', old.configuration,
      'isActive', old.is_active, 'priority', old.priority);
  end if;
  if tg_op <> 'DELETE' then
    after := jsonb_build_object('configName', new.config_name, 'configuration', new.configuration,
      'isActive', new.is_active, 'priority', new.priority);
  end if;
  if before is distinct from after then
    perform private.write_audit('configuration', changed.id, changed.user_id, changed.organization_id,
      changed.config_name, lower(tg_op), changed.version, before, after);
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.audit_content(entry ai_configuration_audit)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_array(entry.config_name, entry.old_value, entry.new_value, entry.reason, entry.request_id)::text
$function$
;

CREATE OR REPLACE FUNCTION private.audit_content_hash(entry ai_configuration_audit)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select sha256(entry.salt || convert_to(private.audit_content(entry), 'UTF8'))
$function$
;

CREATE OR REPLACE FUNCTION private.audit_hash(previous bytea, entry ai_configuration_audit)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select sha256(previous || convert_to(private.audit_record(entry), 'UTF8'))
$function$
;

CREATE OR REPLACE FUNCTION private.audit_invitation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed public.organization_invitations := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.write_audit('invitation', changed.id, null, changed.organization_id, null, lower(tg_op), null,
    case when tg_op <> 'INSERT' then jsonb_build_object('role', old.role, 'email', old.email,
      'expiresAt', old.expires_at, 'acceptedBy', old.accepted_by) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('role', new.role, 'email', new.email,
      'expiresAt', new.expires_at, 'acceptedBy', new.accepted_by) end);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.audit_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed public.organization_members := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.write_audit('member', changed.user_id, null, changed.organization_id, null, lower(tg_op), null,
    case when tg_op <> 'INSERT' then jsonb_build_object('role', old.role) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('role', new.role) end);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.audit_organization()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed public.organizations := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.write_audit('organization', changed.id, null, changed.id, null, lower(tg_op), null,
    case when tg_op <> 'INSERT' then jsonb_build_object('name', old.name) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('name', new.name) end);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.audit_owner(p_user_id uuid, p_organization_id uuid)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select coalesce('organization:' || p_organization_id, 'user:' || p_user_id, 'nobody')
$function$
;

CREATE OR REPLACE FUNCTION private.audit_policy()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed public.organization_policies := case when tg_op = 'DELETE' then old else new end;
  before jsonb := case when tg_op <> 'INSERT' then old.policy end;
  after jsonb := case when tg_op <> 'DELETE' then new.policy end;
begin
  if before is distinct from after then
    perform private.write_audit('policy', changed.organization_id, null, changed.organization_id,
      null, lower(tg_op), changed.version, before, after);
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.audit_provider_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed private.ai_provider_keys := case when tg_op = 'DELETE' then old else new end;
  before jsonb := case when tg_op <> 'INSERT' then private.describe_key(old) end;
  after jsonb := case when tg_op <> 'DELETE' then private.describe_key(new) end;
begin
  if before is distinct from after then
    perform private.write_audit('key', changed.id, changed.user_id, changed.organization_id,
      null, lower(tg_op), changed.key_version, before, after);
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.audit_record(entry ai_configuration_audit)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_array(entry.seq, entry.id, entry.subject, entry.config_id, entry.user_id,
    entry.organization_id, entry.action, entry.version, entry.actor_type, entry.changed_by, entry.actor_name,
    entry.via, to_char(entry.changed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    encode(entry.content_hash, 'hex'))::text
$function$
;

CREATE OR REPLACE FUNCTION private.audit_service_token()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed public.service_tokens := case when tg_op = 'DELETE' then old else new end;
  before jsonb;
  after jsonb;
begin
  if tg_op <> 'INSERT' then
    before := jsonb_build_object('name', old.name, 'hint', old.hint, 'actions', old.actions, 'expiresAt', old.expires_at);
  end if;
  if tg_op <> 'DELETE' then
    after := jsonb_build_object('name', new.name, 'hint', new.hint, 'actions', new.actions, 'expiresAt', new.expires_at);
  end if;
  if tg_op = 'UPDATE' and new.organization_id <> old.organization_id then
    raise exception 'A token stays with its organization.' using errcode = '42501';
  end if;
  perform private.write_audit('token', changed.id, null, changed.organization_id, null, lower(tg_op), null, before, after);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.bounded_paths()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$ select array['model.temperature', 'model.maxTokens', 'model.topP', 'model.topK', 'rateLimiting.requestsPerMinute', 'rateLimiting.concurrentRequests', 'rateLimiting.burstAllowance', 'retryStrategy.maxRetries', 'retryStrategy.baseDelay', 'retryStrategy.maxDelay', 'costBudget.dailyBudget', 'costBudget.weeklyBudget', 'costBudget.monthlyBudget', 'timeouts.generationTimeout', 'timeouts.connectionTimeout', 'timeouts.totalRequestTimeout'] $function$
;

CREATE OR REPLACE FUNCTION private.budget_figures(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  now_ms double precision := extract(epoch from private.admission_now()) * 1000;
  answers text;
begin
  select string_agg(coalesce((
      select '["' || trim_scale(case
            when w.id is null then private.ledger_cost(b.value ->> 0, to_timestamp(c.start_ms / 1000), to_timestamp(c.end_ms / 1000))
            when w.id = any (a.tally_window_ids) then w.spent + a.tally_spent
            else w.spent end)
          || '","' || trim_scale(case
            -- What runs will join the window as soon as somebody is judged by it.
            when w.id is null then (select coalesce(sum(l.reserve), 0) from private.admission_leases l
              where (l.scope = b.value ->> 0 or l.other_scope = b.value ->> 0) and l.expires_at > private.admission_now()
                and l.admitted_at >= to_timestamp(c.start_ms / 1000) and l.admitted_at < to_timestamp(c.end_ms / 1000))
            when w.id = any (a.tally_window_ids) then w.reserved + a.tally_reserved
            else w.reserved end)
          || '",' || c.start_ms || ',' || c.end_ms || ']'
        from (select (e.value ->> 0)::double precision as start_ms, (e.value ->> 1)::double precision as end_ms
          from jsonb_array_elements(b.value -> 2) as e) c
        left join private.budget_windows w on w.scope = b.value ->> 0 and w.period = b.value ->> 1
          and w.starts_at = to_timestamp(c.start_ms / 1000)
        left join private.admission_scopes a on a.scope = w.scope
        where c.start_ms <= now_ms and now_ms < c.end_ms limit 1
    ), 'null'), ',' order by b.place) into answers
    from jsonb_array_elements(p::jsonb) with ordinality as b (value, place);
  return '[' || coalesce(answers, '') || ']';
end $function$
;

CREATE OR REPLACE FUNCTION private.budget_window_id(p_scope text, p_period text, p_start_ms double precision, p_end_ms double precision)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  starts timestamptz := to_timestamp(p_start_ms / 1000);
  ends timestamptz := to_timestamp(p_end_ms / 1000);
  found_id bigint;
  is_new boolean := false;
begin
  loop
    select w.id into found_id from private.budget_windows w
      where w.scope = p_scope and w.period = p_period and w.starts_at = starts;
    exit when found;
    insert into private.budget_windows (scope, period, starts_at, ends_at, spent)
      values (p_scope, p_period, starts, ends, private.ledger_cost(p_scope, starts, ends))
      on conflict do nothing;
    is_new := true;
  end loop;
  if is_new then
    -- Whoever makes a window of their other scope meanwhile is waited for before this is read, in one order.
    perform from private.admission_leases l
      where (l.scope = p_scope or l.other_scope = p_scope) and l.admitted_at >= starts and l.admitted_at < ends
      order by l.id for no key update;
    -- Calls that run are in no ledger yet: what they cost is booked here, too.
    with joined as (
      update private.admission_leases l
        set window_ids = array(select w.id from private.budget_windows w where w.id = any (l.window_ids || found_id)
          order by w.scope is not distinct from l.other_scope, w.id)
        where (l.scope = p_scope or l.other_scope = p_scope) and l.admitted_at >= starts and l.admitted_at < ends
        returning l.reserve
    )
    update private.budget_windows w set reserved = w.reserved + (select coalesce(sum(j.reserve), 0) from joined j)
      where w.id = found_id;
  end if;
  return found_id;
end $function$
;

CREATE OR REPLACE FUNCTION private.chain_audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  its_owner text := private.audit_owner(new.user_id, new.organization_id);
  head private.audit_heads;
begin
  select * into head from private.audit_heads h where h.owner = its_owner for update;
  if not found then
    insert into private.audit_heads (owner, seq, hash) values (its_owner, 0, '') on conflict do nothing;
    select * into head from private.audit_heads h where h.owner = its_owner for update;
  end if;
  new.seq := head.seq + 1;
  new.salt := uuid_send(gen_random_uuid());
  new.content_hash := private.audit_content_hash(new);
  new.hash := private.audit_hash(head.hash, new);
  update private.audit_heads h set seq = new.seq, hash = new.hash where h.owner = its_owner;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.choose_default_membership()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Two memberships of one user made at once would both find none.
  perform pg_advisory_xact_lock(hashtextextended('default membership ' || new.user_id, 0));
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    if not exists (select from public.organization_members m where m.user_id = new.user_id and m.is_default) then
      new.is_default := true;
    elsif new.is_default then
      update public.organization_members set is_default = false where user_id = new.user_id and is_default;
    end if;
    return new;
  end if;
  if new.user_id <> old.user_id or new.organization_id <> old.organization_id then
    raise exception 'A membership cannot be given to somebody else.' using errcode = '42501';
  end if;
  if new.is_default and not old.is_default then
    update public.organization_members set is_default = false where user_id = new.user_id and is_default;
  elsif old.is_default and not new.is_default and pg_trigger_depth() = 1 then
    raise exception 'Make another organization the default instead.' using errcode = '23514';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.config_problem(c jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select case
    when jsonb_typeof(c) is distinct from 'object' then ': invalid_type'
    when octet_length(c::text) > 65536 then ': too_large'
    when c::text ~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}' then ': secret_not_allowed'
    when jsonb_path_exists(c, '$.** ? (@.type() == "object").keyvalue() ? (@.key == "__proto__" || @.key == "constructor" || @.key == "prototype")', '{}', true) then ': reserved_key'
    when c - array['model', 'rateLimiting', 'retryStrategy', 'costBudget', 'apiKeys', 'timeouts'] <> '{}' then ': unknown_field'
    when jsonb_typeof(c -> 'model') <> 'object' then 'model: invalid_type'
    when (c -> 'model') - array['model', 'temperature', 'maxTokens', 'topP', 'streaming', 'effort', 'thinking', 'topK', 'stopSequences', 'serviceTier', 'speed', 'inferenceGeo', 'onRetiredModel'] <> '{}' then 'model: unknown_field'
    when not private.json_is_text(c -> 'model' -> 'model', 1, 100) then 'model.model: invalid_value'
    when not private.json_is_number(c -> 'model' -> 'temperature', 0, 1, false) then 'model.temperature: invalid_value'
    when not private.json_is_number(c -> 'model' -> 'maxTokens', 1, 128000, true) then 'model.maxTokens: invalid_value'
    when not private.json_is_number(c -> 'model' -> 'topP', 0, 1, false) then 'model.topP: invalid_value'
    when not private.json_is_boolean(c -> 'model' -> 'streaming') then 'model.streaming: invalid_value'
    when not private.json_is_option(c -> 'model' -> 'effort', array['low', 'medium', 'high', 'xhigh', 'max']) then 'model.effort: invalid_value'
    when not (private.json_is_option(c -> 'model' -> 'thinking', array['off', 'adaptive']) or private.json_is_number(c -> 'model' -> 'thinking', 1024, 127999, true)) then 'model.thinking: invalid_value'
    when not private.json_is_number(c -> 'model' -> 'topK', 1, 500, true) then 'model.topK: invalid_value'
    when not private.json_is_text_list(c -> 'model' -> 'stopSequences', 16, 200) then 'model.stopSequences: invalid_value'
    when not private.json_is_option(c -> 'model' -> 'serviceTier', array['auto', 'standard_only']) then 'model.serviceTier: invalid_value'
    when not private.json_is_option(c -> 'model' -> 'speed', array['standard', 'fast']) then 'model.speed: invalid_value'
    when not private.json_is_option(c -> 'model' -> 'inferenceGeo', array['global', 'us']) then 'model.inferenceGeo: invalid_value'
    when not private.json_is_option(c -> 'model' -> 'onRetiredModel', array['replace', 'fail']) then 'model.onRetiredModel: invalid_value'
    when jsonb_typeof(c -> 'rateLimiting') <> 'object' then 'rateLimiting: invalid_type'
    when (c -> 'rateLimiting') - array['requestsPerMinute', 'concurrentRequests', 'burstAllowance'] <> '{}' then 'rateLimiting: unknown_field'
    when not private.json_is_number(c -> 'rateLimiting' -> 'requestsPerMinute', 1, 1000000, true) then 'rateLimiting.requestsPerMinute: invalid_value'
    when not private.json_is_number(c -> 'rateLimiting' -> 'concurrentRequests', 1, 10000, true) then 'rateLimiting.concurrentRequests: invalid_value'
    when not private.json_is_number(c -> 'rateLimiting' -> 'burstAllowance', 0, 1000000, true) then 'rateLimiting.burstAllowance: invalid_value'
    when jsonb_typeof(c -> 'retryStrategy') <> 'object' then 'retryStrategy: invalid_type'
    when (c -> 'retryStrategy') - array['maxRetries', 'backoffType', 'baseDelay', 'maxDelay'] <> '{}' then 'retryStrategy: unknown_field'
    when not private.json_is_number(c -> 'retryStrategy' -> 'maxRetries', 0, 10, true) then 'retryStrategy.maxRetries: invalid_value'
    when not private.json_is_option(c -> 'retryStrategy' -> 'backoffType', array['exponential', 'linear', 'fixed']) then 'retryStrategy.backoffType: invalid_value'
    when not private.json_is_number(c -> 'retryStrategy' -> 'baseDelay', 1, 3600000, true) then 'retryStrategy.baseDelay: invalid_value'
    when not private.json_is_number(c -> 'retryStrategy' -> 'maxDelay', 1, 3600000, true) then 'retryStrategy.maxDelay: invalid_value'
    when jsonb_typeof(c -> 'costBudget') <> 'object' then 'costBudget: invalid_type'
    when (c -> 'costBudget') - array['dailyBudget', 'weeklyBudget', 'monthlyBudget', 'alertThresholds', 'dailyEnforcement', 'weeklyEnforcement', 'monthlyEnforcement', 'timeZone'] <> '{}' then 'costBudget: unknown_field'
    when not private.json_is_number(c -> 'costBudget' -> 'dailyBudget', 0, 1000000000, false) then 'costBudget.dailyBudget: invalid_value'
    when not private.json_is_number(c -> 'costBudget' -> 'weeklyBudget', 0, 1000000000, false) then 'costBudget.weeklyBudget: invalid_value'
    when not private.json_is_number(c -> 'costBudget' -> 'monthlyBudget', 0, 1000000000, false) then 'costBudget.monthlyBudget: invalid_value'
    when not private.json_is_number_set(c -> 'costBudget' -> 'alertThresholds', 0, 1, 10) then 'costBudget.alertThresholds: invalid_value'
    when not private.json_is_option(c -> 'costBudget' -> 'dailyEnforcement', array['block', 'warn']) then 'costBudget.dailyEnforcement: invalid_value'
    when not private.json_is_option(c -> 'costBudget' -> 'weeklyEnforcement', array['block', 'warn']) then 'costBudget.weeklyEnforcement: invalid_value'
    when not private.json_is_option(c -> 'costBudget' -> 'monthlyEnforcement', array['block', 'warn']) then 'costBudget.monthlyEnforcement: invalid_value'
    when not private.json_is_text(c -> 'costBudget' -> 'timeZone', 1, 64) then 'costBudget.timeZone: invalid_value'
    when jsonb_typeof(c -> 'apiKeys') <> 'object' then 'apiKeys: invalid_type'
    when (c -> 'apiKeys') - array['rotationSchedule'] <> '{}' then 'apiKeys: unknown_field'
    when not private.json_is_option(c -> 'apiKeys' -> 'rotationSchedule', array['manual', 'monthly', 'quarterly']) then 'apiKeys.rotationSchedule: invalid_value'
    when jsonb_typeof(c -> 'timeouts') <> 'object' then 'timeouts: invalid_type'
    when (c -> 'timeouts') - array['generationTimeout', 'connectionTimeout', 'totalRequestTimeout'] <> '{}' then 'timeouts: unknown_field'
    when not private.json_is_number(c -> 'timeouts' -> 'generationTimeout', 1, 3600000, true) then 'timeouts.generationTimeout: invalid_value'
    when not private.json_is_number(c -> 'timeouts' -> 'connectionTimeout', 1, 3600000, true) then 'timeouts.connectionTimeout: invalid_value'
    when not private.json_is_number(c -> 'timeouts' -> 'totalRequestTimeout', 1, 3600000, true) then 'timeouts.totalRequestTimeout: invalid_value'
  end
$function$
;

CREATE OR REPLACE FUNCTION private.create_organization(p_name text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  actor uuid := auth.uid();
  created uuid;
begin
  if actor is null then
    raise exception 'Only a signed-in user can create an organization.' using errcode = '42501';
  end if;
  insert into public.organizations (name, created_by) values (p_name, actor) returning id into created;
  insert into public.organization_members (organization_id, user_id, role) values (created, actor, 'owner');
  return created;
end $function$
;

CREATE OR REPLACE FUNCTION private.default_configuration()
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$ select '{"model":{"model":"claude-sonnet-4-5-20250929","temperature":0.7,"maxTokens":4096,"topP":0.9,"streaming":false},"rateLimiting":{"requestsPerMinute":50,"concurrentRequests":3,"burstAllowance":10},"retryStrategy":{"maxRetries":3,"backoffType":"exponential","baseDelay":1000,"maxDelay":16000},"costBudget":{"dailyBudget":100,"weeklyBudget":500,"monthlyBudget":2000,"alertThresholds":[0.5,0.75,0.9]},"apiKeys":{"rotationSchedule":"manual"},"timeouts":{"generationTimeout":60000,"connectionTimeout":10000,"totalRequestTimeout":120000}}'::jsonb $function$
;

CREATE OR REPLACE FUNCTION private.describe_key(key private.ai_provider_keys)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('provider', key.provider, 'slot', key.slot, 'hint', key.hint,
    'keyVersion', key.key_version, 'status', key.status, 'verified', key.verified_at is not null,
    'expiresAt', key.expires_at)
$function$
;

CREATE OR REPLACE FUNCTION private.describe_users(p_user_ids uuid[])
 RETURNS TABLE(id uuid, name text, email text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  actor uuid := auth.uid();
  asking text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  is_service boolean := asking in ('ai_config_service', 'service_role');
  of_token uuid := case when asking = 'ai_config_token' then private.token_organization('{members:read}') end;
begin
  return query
    select u.id, coalesce(to_jsonb(u) ->> 'name', to_jsonb(u) -> 'raw_user_meta_data' ->> 'name'), u.email::text
    from auth.users u
    where u.id = any (p_user_ids)
      and (u.id = actor or (actor is null and is_service) or exists (
        select from public.organization_members theirs
        where theirs.user_id = u.id
          and (theirs.organization_id = of_token or theirs.organization_id = any (array(
            select m.organization_id from public.organization_members m where m.user_id = actor)))));
end $function$
;

CREATE OR REPLACE FUNCTION private.drop_usage_events(p_before timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  name text;
  dropped integer := 0;
begin
  for name in
    select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'public.ai_usage_events'::regclass and c.relname ~ '^ai_usage_events_\d{4}_\d\d$'
        and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= p_before
  loop
    execute format('drop table private.%I', name);
    dropped := dropped + 1;
  end loop;
  delete from private.settled_calls s where s.settled_at < p_before - interval '31 days';
  return dropped;
end $function$
;

CREATE OR REPLACE FUNCTION private.field_of(layer jsonb, path text)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select layer -> split_part(path, '.', 1) -> substr(path, strpos(path || '.', '.') + 1)
$function$
;

CREATE OR REPLACE FUNCTION private.find_living_user(p_user_id uuid)
 RETURNS TABLE(name text, email text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select coalesce(
        person ->> 'name',
        person -> 'raw_user_meta_data' ->> 'name',
        person -> 'raw_user_meta_data' ->> 'full_name'
      ), person ->> 'email'
    from (select to_jsonb(u) as person from auth.users u where u.id = p_user_id) as found
    where person ->> 'deleted_at' is null
      and coalesce((person ->> 'banned_until')::timestamptz <= clock_timestamp(), true)
      and coalesce((person ->> 'is_anonymous')::boolean, false) is false;
end $function$
;

CREATE OR REPLACE FUNCTION private.fold_tallies(p_scopes text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  update private.budget_windows w set spent = w.spent + t.spent, reserved = w.reserved + t.reserved
    from (select u.id, a.tally_spent as spent, a.tally_reserved as reserved
      from private.admission_scopes a cross join unnest(a.tally_window_ids) as u (id)
      where a.scope = any (p_scopes) and a.tally_rule is not null and (a.tally_spent <> 0 or a.tally_reserved <> 0)) t
    where w.id = t.id;
  update private.admission_scopes a set tally_rule = null, tally_spent = 0, tally_reserved = 0, tally_window_ids = '{}'
    where a.scope = any (p_scopes) and a.tally_rule is not null;
end $function$
;

CREATE OR REPLACE FUNCTION private.forget_user(p_user_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  blanked integer;
begin
  if exists (select from auth.users u where u.id = p_user_id) then
    raise exception 'Delete the account first.' using errcode = '23514';
  end if;
  perform set_config('app.forgetting', 'on', true);
  update public.ai_configuration_audit a set old_value = null where a.user_id = p_user_id;
  get diagnostics blanked = row_count;
  perform set_config('app.forgetting', '', true);
  return blanked;
end $function$
;

CREATE OR REPLACE FUNCTION private.free_expired_leases(p_scopes text[])
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  at timestamptz := private.admission_now();
  ids uuid[];
  wanted text[];
  held text[];
  freed integer;
begin
  if p_scopes is null then
    ids := array(select l.id from private.admission_leases l where l.expires_at <= at order by l.expires_at limit 500);
  else
    ids := array(select l.id from private.admission_leases l where l.expires_at <= at and l.scope = any (p_scopes))
      || array(select l.id from private.admission_leases l where l.expires_at <= at and l.other_scope = any (p_scopes));
  end if;
  select array_agg(distinct u.scope) into wanted
    from unnest(ids) as e (id)
    cross join lateral (select k.scope, k.other_scope from private.admission_leases k where k.id = e.id offset 0) l
    cross join unnest(array[l.scope, l.other_scope]) as u (scope)
    where u.scope is not null;
  wanted := coalesce(wanted, '{}') || coalesce(p_scopes, '{}');
  if cardinality(wanted) = 0 then return 0; end if;
  if p_scopes is null then
    perform private.lock_scopes(wanted);
    held := wanted;
  else
    select array_agg(u.scope) into held from unnest(wanted) as u (scope)
      where u.scope = any (p_scopes) or pg_try_advisory_xact_lock(hashtextextended(u.scope, 7));
  end if;
  perform private.fold_tallies(held);
  with dead as (
    delete from private.admission_leases l
      where l.id = any (ids) and l.expires_at <= at and l.scope in (select unnest(held))
        and (l.other_scope is null or l.other_scope in (select unnest(held)))
      returning l.scope, l.other_scope, l.window_ids, l.reserve
  ), freed_windows as (
    update private.budget_windows w set reserved = w.reserved - d.reserve
      from (select u.id, sum(dead.reserve) as reserve from dead, unnest(dead.window_ids) as u (id) group by u.id) d
      where w.id = d.id
  ), freed_scopes as (
    update private.admission_scopes a set running = a.running - d.calls
      from (select u.scope, count(*)::integer as calls from dead, unnest(array[dead.scope, dead.other_scope]) as u (scope)
        where u.scope is not null group by u.scope) d
      where a.scope = d.scope
  )
  select count(*)::integer into freed from dead;
  update private.admission_scopes a set next_end = coalesce(least(
      (select case when n.scope = a.scope then n.expires_at end from (
        select l.scope, l.expires_at from private.admission_leases l where l.scope >= a.scope
          order by l.scope, l.expires_at limit 1) n),
      (select case when n.other_scope = a.scope then n.expires_at end from (
        select l.other_scope, l.expires_at from private.admission_leases l where l.other_scope >= a.scope
          order by l.other_scope, l.expires_at limit 1) n)), 'infinity')
    where a.scope = any (held);
  return freed;
end $function$
;

CREATE OR REPLACE FUNCTION private.hold_to_policy()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  breaches text[];
begin
  if not private.may_write_for(new.user_id, new.organization_id) then return new; end if;
  select private.policy_breaches(p.policy, new.configuration, case when tg_op = 'UPDATE' then old.configuration end)
    into breaches from public.organization_policies p
    where p.organization_id = coalesce(new.organization_id, (
      select m.organization_id from public.organization_members m where m.user_id = new.user_id and m.is_default));
  if cardinality(breaches) > 0 then
    raise exception 'The policy of the organization refuses: %', array_to_string(breaches, ', ')
      using errcode = 'AC001';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.impose_policy(layers jsonb[], policy jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
  stack jsonb[] := array[private.default_configuration()] || layers;
  result jsonb := private.merge_layers(layers);
  applied jsonb := private.merge_layers(stack);
  allowed jsonb := policy -> 'allowedModels';
  imposed jsonb;
  path text;
  rule jsonb;
  value jsonb;
begin
  if allowed is not null and not allowed @> jsonb_build_array(applied -> 'model' -> 'model') then
    select l.layer -> 'model' -> 'model' into imposed
      from unnest(stack) with ordinality as l (layer, place)
      where allowed @> jsonb_build_array(l.layer -> 'model' -> 'model')
      order by l.place desc limit 1;
    result := private.merge_layers(
      array[result, private.layer_of('model.model', coalesce(imposed, allowed -> 0))]);
  end if;
  for path, rule in select f.key, f.value from jsonb_each(coalesce(policy -> 'fields', '{}')) as f loop
    value := private.field_of(applied, path);
    imposed := null;
    if rule ? 'lock' then
      imposed := rule -> 'lock';
    elsif jsonb_typeof(value) = 'number' then
      if private.json_double(value) > private.json_double(rule -> 'max') then
        imposed := rule -> 'max';
      elsif private.json_double(value) < private.json_double(rule -> 'min') then
        imposed := rule -> 'min';
      end if;
    end if;
    if imposed is not null then
      result := private.merge_layers(array[result, private.layer_of(path, imposed)]);
    end if;
  end loop;
  return result;
end $function$
;

CREATE OR REPLACE FUNCTION private.json_double(value jsonb)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select case
    when abs(n) < 2.4703282292062328e-324 then 0
    when abs(n) > 1e300 then sign(n) * 1e300
    else n
  end::double precision
  from (select (value #>> '{}')::numeric) as number (n)
$function$
;

CREATE OR REPLACE FUNCTION private.json_is_boolean(value jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select jsonb_typeof(value) = 'boolean'
$function$
;

CREATE OR REPLACE FUNCTION private.json_is_number(value jsonb, low double precision, high double precision, whole boolean)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select case when jsonb_typeof(value) = 'number' then
    (select n between low and high and (not whole or n = trunc(n)) from private.json_double(value) as n)
  else false end
$function$
;

CREATE OR REPLACE FUNCTION private.json_is_number_set(value jsonb, low double precision, high double precision, length_max integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select case
    when jsonb_typeof(value) <> 'array' then false
    when jsonb_array_length(value) > length_max then false
    else (
      select coalesce(bool_and(private.json_is_number(item, low, high, false)), true)
        and count(distinct case when jsonb_typeof(item) = 'number' then private.json_double(item) end) = count(*)
      from jsonb_array_elements(value) as item
    )
  end
$function$
;

CREATE OR REPLACE FUNCTION private.json_is_option(value jsonb, options text[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select jsonb_typeof(value) = 'string' and value #>> '{}' = any (options)
$function$
;

CREATE OR REPLACE FUNCTION private.json_is_text(value jsonb, length_min integer, length_max integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select jsonb_typeof(value) = 'string'
    and char_length(regexp_replace(value #>> '{}', '[\U00010000-\U0010ffff]', 'xx', 'g')) between length_min and length_max
$function$
;

CREATE OR REPLACE FUNCTION private.json_is_text_list(value jsonb, items_max integer, length_max integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select case
    when jsonb_typeof(value) <> 'array' then false
    when jsonb_array_length(value) > items_max then false
    else (
      select coalesce(bool_and(private.json_is_text(item, 0, length_max) and item #>> '{}' ~ '[^ \t\r\n]'), true)
      from jsonb_array_elements(value) as item
    )
  end
$function$
;

CREATE OR REPLACE FUNCTION private.keep_an_owner()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Owners leaving at once wait for each other here, so that the last of them is noticed.
  perform from public.organizations o where o.id = old.organization_id for no key update;
  if not found or exists (
    select from public.organization_members m
    where m.organization_id = old.organization_id and m.role = 'owner')
  then
    return null;
  end if;
  if tg_op = 'DELETE' and not exists (select from auth.users u where u.id = old.user_id) then
    update public.organization_members m set role = 'owner'
      where m.organization_id = old.organization_id and m.user_id = (
        select c.user_id from public.organization_members c
        where c.organization_id = old.organization_id
        order by array_position(array['admin', 'member', 'viewer'], c.role), c.created_at, c.user_id limit 1);
    if not found then
      delete from public.organizations o where o.id = old.organization_id;
    end if;
    return null;
  end if;
  raise exception 'An organization keeps at least one owner.' using errcode = '23001';
end $function$
;

CREATE OR REPLACE FUNCTION private.known_calls(p text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce(json_agg(exists (select from private.settled_calls k where k.id = c.id)
      or exists (select from private.pending_calls k where k.id = c.id) order by c.place), '[]')::text
    from (select e.value::uuid as id, e.place
      from jsonb_array_elements_text(p::jsonb) with ordinality as e (value, place)) c;
$function$
;

CREATE OR REPLACE FUNCTION private.layer_of(path text, value jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(split_part(path, '.', 1),
    jsonb_build_object(substr(path, strpos(path || '.', '.') + 1), value))
$function$
;

CREATE OR REPLACE FUNCTION private.ledger_cost(p_scope text, p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS numeric
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  owner uuid := split_part(p_scope, ':', 2);
  first_hour timestamptz := least(p_to, date_trunc('hour', p_from + interval '1 hour' - interval '1 microsecond', 'UTC'));
  last_hour timestamptz := greatest(first_hour, date_trunc('hour', p_to, 'UTC'));
  first_day timestamptz := least(last_hour, date_trunc('day', first_hour + interval '1 day' - interval '1 microsecond', 'UTC'));
  last_day timestamptz := greatest(first_day, date_trunc('day', last_hour, 'UTC'));
  answer numeric;
begin
  if split_part(p_scope, ':', 1) = 'user' then
    select sum(x.cost) into answer from (
      select d.cost from public.ai_usage_daily d where d.user_id = owner and d.starts_at >= first_day and d.starts_at < last_day
      union all
      select h.cost from public.ai_usage_hourly h where h.user_id = owner and h.starts_at >= first_hour and h.starts_at < first_day
      union all
      select h.cost from public.ai_usage_hourly h where h.user_id = owner and h.starts_at >= last_day and h.starts_at < last_hour
      union all
      select e.cost from public.ai_usage_events e where e.user_id = owner and e.started_at >= p_from and e.started_at < first_hour
      union all
      select e.cost from public.ai_usage_events e where e.user_id = owner and e.started_at >= last_hour and e.started_at < p_to
      union all
      select p.cost from private.pending_calls p where p.user_id = owner and p.started_at >= p_from and p.started_at < p_to
        and not exists (select from private.settled_calls k where k.id = p.id)) x;
  else
    select sum(x.cost) into answer from (
      select d.cost from public.ai_usage_daily d where d.organization_id = owner and d.starts_at >= first_day and d.starts_at < last_day
      union all
      select h.cost from public.ai_usage_hourly h where h.organization_id = owner and h.starts_at >= first_hour and h.starts_at < first_day
      union all
      select h.cost from public.ai_usage_hourly h where h.organization_id = owner and h.starts_at >= last_day and h.starts_at < last_hour
      union all
      select e.cost from public.ai_usage_events e where e.organization_id = owner and e.started_at >= p_from and e.started_at < first_hour
      union all
      select e.cost from public.ai_usage_events e where e.organization_id = owner and e.started_at >= last_hour and e.started_at < p_to
      union all
      select p.cost from private.pending_calls p where p.organization_id = owner and p.started_at >= p_from and p.started_at < p_to
        and not exists (select from private.settled_calls k where k.id = p.id)) x;
  end if;
  return coalesce(answer, 0);
end $function$
;

CREATE OR REPLACE FUNCTION private.limit_configurations()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not private.may_write_for(new.user_id, new.organization_id) then return new; end if;
  -- Rows of one owner made at once would each find room.
  perform pg_advisory_xact_lock(hashtextextended('configurations of ' || coalesce(new.user_id, new.organization_id), 0));
  if (select count(*) from public.ai_configurations c
    where c.user_id = new.user_id or c.organization_id = new.organization_id) >= 100
  then
    raise exception 'There are 100 configurations already. Delete one first.' using errcode = '54000';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.lock_scopes(p_scopes text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  key bigint;
begin
  for key in select distinct hashtextextended(u.scope, 7) from unnest(p_scopes) as u (scope) order by 1 loop
    perform pg_advisory_xact_lock(key);
  end loop;
end $function$
;

CREATE OR REPLACE FUNCTION private.make_usage_partitions(p_from timestamp with time zone, p_months integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  month timestamp := date_trunc('month', p_from at time zone 'UTC');
  last timestamp := date_trunc('month', p_from at time zone 'UTC') + make_interval(months => p_months);
  name text;
  made integer := 0;
begin
  while month < last loop
    name := 'ai_usage_events_' || to_char(month, 'YYYY_MM');
    if to_regclass('private.' || name) is null then
      begin
        execute format('create table private.%I partition of public.ai_usage_events for values from (%L) to (%L)',
          name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
        execute format('alter table private.%I enable row level security', name);
        execute format('revoke all on private.%I from public, anon, authenticated, service_role', name);
        execute format('create trigger refuse_truncate before truncate on private.%I
          for each statement execute function private.refuse_truncate()', name);
        made := made + 1;
      exception when check_violation then null;
      end;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end $function$
;

CREATE OR REPLACE FUNCTION private.may_write_for(p_user_id uuid, p_organization_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select case coalesce(current_setting('role', true), 'none')
    when 'authenticated' then coalesce(p_user_id = auth.uid(), false)
      or coalesce(p_organization_id = any (array(select private.organization_ids('{owner,admin}'))), false)
    when 'ai_config_token' then
      coalesce(p_organization_id = private.token_organization('{configurations:write}'), false)
    when 'anon' then false
    else true
  end
$function$
;

CREATE OR REPLACE FUNCTION private.merge_layers(layers jsonb[])
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
  result jsonb := '{}';
  layer jsonb;
  name text;
  fields jsonb;
begin
  foreach layer in array coalesce(layers, '{}') loop
    for name, fields in select s.key, s.value from jsonb_each(layer) as s loop
      if fields <> '{}' then
        result := result || jsonb_build_object(name, coalesce(result -> name, '{}') || fields);
      end if;
    end loop;
  end loop;
  return result;
end $function$
;

CREATE OR REPLACE FUNCTION private.merge_patch(target jsonb, patch jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
  result jsonb := case when jsonb_typeof(target) = 'object' then target - '__proto__' else '{}' end;
  name text;
  value jsonb;
begin
  if jsonb_typeof(patch) is distinct from 'object' then
    return patch;
  end if;
  for name, value in select p.key, p.value from jsonb_each(patch) as p loop
    continue when name = '__proto__';
    if jsonb_typeof(value) = 'null' then
      result := result - name;
    elsif jsonb_typeof(value) = 'object' then
      result := result || jsonb_build_object(name, private.merge_patch(result -> name, value));
    else
      result := result || jsonb_build_object(name, value);
    end if;
  end loop;
  return result;
end $function$
;

CREATE OR REPLACE FUNCTION private.organization_ids(roles text[])
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select m.organization_id from public.organization_members m
    where m.user_id = (select auth.uid()) and m.role = any (roles);
end $function$
;

CREATE OR REPLACE FUNCTION private.owner_layers(p_user_id uuid, p_organization_id uuid)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return json_build_object(
    'id', p_organization_id,
    'name', (select o.name from public.organizations o where o.id = p_organization_id),
    'policy', (
      select json_build_object('version', p.version, 'rules', p.policy)
      from public.organization_policies p where p.organization_id = p_organization_id and p.policy <> '{}'
    ),
    'rows', (
      select coalesce(json_agg(json_build_object(
        'id', c.id,
        'source', case when c.user_id is null then 'organization' else 'user' end,
        'configName', c.config_name,
        'configuration', c.configuration,
        'priority', c.priority,
        'version', c.version,
        'createdAt', to_char(c.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'updatedAt', to_char(c.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'updatedBy', c.updated_by
      ) order by c.priority, c.created_at, c.id), '[]')
      from public.ai_configurations c
      where c.is_active and (c.user_id = p_user_id or c.organization_id = p_organization_id)
    ),
    'keys', (
      select coalesce(json_agg(json_build_object(
        'owner', case when k.user_id is null then 'organization' else 'user' end,
        'slot', k.slot,
        'hint', k.hint,
        'keyVersion', k.key_version,
        'status', k.status,
        'verified', k.verified_at is not null,
        'expiresAt', to_char(k.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
      ) order by k.slot), '[]')
      from private.ai_provider_keys k
      where k.user_id = p_user_id or k.organization_id = p_organization_id
    )
  );
end $function$
;

CREATE OR REPLACE FUNCTION private.policy_breaches(policy jsonb, layer jsonb, before jsonb DEFAULT NULL::jsonb)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
  breaches text[] := '{}';
  path text;
  rule jsonb;
  value jsonb;
begin
  for path, rule in select f.key, f.value from jsonb_each(coalesce(policy -> 'fields', '{}')) as f loop
    value := private.field_of(layer, path);
    continue when value is null or value = private.field_of(before, path);
    if rule ? 'lock' then
      if value <> rule -> 'lock' then breaches := breaches || (path || ': policy_locked'); end if;
    elsif rule ->> 'onBreach' = 'refuse' and jsonb_typeof(value) = 'number' and (
      private.json_double(value) > private.json_double(rule -> 'max')
      or private.json_double(value) < private.json_double(rule -> 'min'))
    then
      breaches := breaches || (path || ': policy_limit');
    end if;
  end loop;
  value := layer -> 'model' -> 'model';
  if value is not null and value is distinct from before -> 'model' -> 'model'
    and not policy -> 'allowedModels' @> jsonb_build_array(value)
  then
    breaches := breaches || 'model.model: policy_model'::text;
  end if;
  return breaches;
end $function$
;

CREATE OR REPLACE FUNCTION private.policy_problem(p jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
  allowed jsonb := p -> 'allowedModels';
  pool jsonb := p -> 'pool';
  path text;
  rule jsonb;
  problem text;
begin
  if jsonb_typeof(p) is distinct from 'object' then
    return ': invalid_type';
  elsif octet_length(p::text) > 65536 then
    return ': too_large';
  elsif p::text ~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}' then
    return ': secret_not_allowed';
  elsif p - array['fields', 'allowedModels', 'pool'] <> '{}' then
    return ': unknown_field';
  end if;
  if p ? 'fields' then
    if jsonb_typeof(p -> 'fields') <> 'object' then return 'fields: invalid_type'; end if;
    for path, rule in select f.key, f.value from jsonb_each(p -> 'fields') as f loop
      problem := private.policy_rule_problem(path, rule);
      if problem is not null then return problem; end if;
    end loop;
  end if;
  if p ? 'allowedModels' then
    if jsonb_typeof(allowed) <> 'array' then return 'allowedModels: invalid_type'; end if;
    if jsonb_array_length(allowed) not between 1 and 100 then return 'allowedModels: out_of_range'; end if;
    if (select bool_and(private.json_is_text(model, 1, 100)) and count(distinct model) = count(*)
      from jsonb_array_elements(allowed) as model) is not true
    then
      return 'allowedModels: invalid_value';
    end if;
    if not coalesce(allowed @> jsonb_build_array(p -> 'fields' -> 'model.model' -> 'lock'), true)
      and p -> 'fields' -> 'model.model' ? 'lock'
    then
      return 'fields.model.model: inconsistent';
    end if;
  end if;
  if p ? 'pool' then
    if jsonb_typeof(pool) <> 'object' then return 'pool: invalid_type'; end if;
    if pool - array['dailyBudget', 'weeklyBudget', 'monthlyBudget', 'requestsPerMinute', 'concurrentRequests'] <> '{}' then
      return 'pool: unknown_field';
    end if;
    if private.config_problem(jsonb_build_object(
        'costBudget', pool - array['requestsPerMinute', 'concurrentRequests'],
        'rateLimiting', pool - array['dailyBudget', 'weeklyBudget', 'monthlyBudget'])) is not null
    then
      return 'pool: invalid_value';
    end if;
    if private.json_double(pool -> 'dailyBudget') > private.json_double(pool -> 'weeklyBudget')
      or private.json_double(pool -> 'dailyBudget') > private.json_double(pool -> 'monthlyBudget')
      or private.json_double(pool -> 'weeklyBudget') > private.json_double(pool -> 'monthlyBudget')
    then
      return 'pool: inconsistent';
    end if;
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.policy_rule_problem(path text, rule jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
  place text := 'fields.' || path || ': ';
  bound text;
begin
  if path !~ '^[A-Za-z]{1,40}[.][A-Za-z]{1,40}$' then
    return 'fields: unknown_field';
  elsif jsonb_typeof(rule) <> 'object' then
    return place || 'invalid_type';
  elsif rule ? 'lock' then
    if rule - 'lock' <> '{}' then return place || 'unknown_field'; end if;
    if private.config_problem(private.layer_of(path, rule -> 'lock')) is not null then
      return place || 'invalid_value';
    end if;
    return null;
  elsif rule - array['min', 'max', 'onBreach'] <> '{}' then
    return place || 'unknown_field';
  elsif not path = any (private.bounded_paths()) or not rule ?| array['min', 'max'] then
    return place || 'invalid_value';
  end if;
  foreach bound in array array['min', 'max'] loop
    if private.config_problem(private.layer_of(path, rule -> bound)) is not null and rule ? bound then
      return place || 'invalid_value';
    end if;
  end loop;
  if private.json_double(rule -> 'min') > private.json_double(rule -> 'max') then
    return place || 'inconsistent';
  elsif not private.json_is_option(rule -> 'onBreach', array['clamp', 'refuse']) then
    return place || 'invalid_value';
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.read_layers(p_actor_type text, p_actor text, p_user_id uuid, p_organization_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  user_layers text;
  organization uuid;
  organization_layers text;
begin
  if p_actor_type is distinct from 'service' and (p_actor_type = 'user' and p_actor::uuid = p_user_id) is not true then
    raise exception 'A configuration is read by its own user.' using errcode = '42501';
  end if;
  select s.layers, s.organization_id into user_layers, organization
    from private.user_snapshots s where s.user_id = p_user_id;
  if p_organization_id is not null then
    select m.organization_id into organization from public.organization_members m
      where m.user_id = p_user_id and m.organization_id = p_organization_id;
    if not found then
      raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
    end if;
  end if;
  if user_layers is null and not exists (select from auth.users u where u.id = p_user_id) then
    return 'null';
  end if;
  if organization is not null then
    select s.layers into organization_layers
      from private.organization_snapshots s where s.organization_id = organization;
  end if;
  return '[' || coalesce(user_layers, 'null') || ',' || coalesce(organization_layers, 'null') || ']';
end $function$
;

CREATE OR REPLACE FUNCTION private.read_organization_layers(p_actor_type text, p_actor text, p_organization_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  organization_layers text;
begin
  if p_actor_type = 'service' or p_actor_type = 'user' and exists (
    select from public.organization_members m
    where m.user_id = p_actor::uuid and m.organization_id = p_organization_id
  ) or p_actor_type = 'token' and exists (
    select from public.service_tokens t
    where t.id = p_actor::uuid and t.organization_id = p_organization_id
      and t.expires_at > clock_timestamp() and 'effective:read' = any (t.actions)
  ) then
    select s.layers into organization_layers
      from private.organization_snapshots s where s.organization_id = p_organization_id;
  end if;
  if organization_layers is null then
    raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
  end if;
  return organization_layers;
end $function$
;

CREATE OR REPLACE FUNCTION private.record_alerts(p text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ begin perform private.write_alerts(p::jsonb); end $function$
;

CREATE OR REPLACE FUNCTION private.record_calls(p text)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ select cardinality(private.write_usage_events(p::jsonb, private.admission_now())) $function$
;

CREATE OR REPLACE FUNCTION private.refresh_all_snapshots()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.refresh_organization_snapshot(o.id) from public.organizations o;
  perform private.refresh_user_snapshot(u.id) from (
    select c.user_id as id from public.ai_configurations c where c.user_id is not null
    union select k.user_id from private.ai_provider_keys k where k.user_id is not null
    union select m.user_id from public.organization_members m
  ) u;
end $function$
;

CREATE OR REPLACE FUNCTION private.refresh_member_snapshot()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.refresh_user_snapshot(case when tg_op = 'DELETE' then old.user_id else new.user_id end);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.refresh_named_snapshot()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.refresh_organization_snapshot(new.id);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.refresh_organization_snapshot(p_organization_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not exists (select from public.organizations o where o.id = p_organization_id) then return; end if;
  insert into private.organization_snapshots (organization_id, layers)
    values (p_organization_id, '{}') on conflict do nothing;
  perform from private.organization_snapshots s where s.organization_id = p_organization_id for update;
  update private.organization_snapshots s set layers = private.owner_layers(null, p_organization_id)
    where s.organization_id = p_organization_id;
end $function$
;

CREATE OR REPLACE FUNCTION private.refresh_owner_snapshot()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  owned record := case when tg_op = 'DELETE' then old else new end;
begin
  if owned.user_id is not null then
    perform private.refresh_user_snapshot(owned.user_id);
  else
    perform private.refresh_organization_snapshot(owned.organization_id);
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.refresh_user_snapshot(p_user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not exists (select from auth.users u where u.id = p_user_id) then return; end if;
  insert into private.user_snapshots (user_id, layers) values (p_user_id, '{}') on conflict do nothing;
  perform from private.user_snapshots s where s.user_id = p_user_id for update;
  update private.user_snapshots s set
    organization_id = (
      select m.organization_id from public.organization_members m where m.user_id = p_user_id and m.is_default
    ),
    layers = private.owner_layers(p_user_id, null)
    where s.user_id = p_user_id;
end $function$
;

CREATE OR REPLACE FUNCTION private.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'UPDATE' and current_setting('app.forgetting', true) = 'on' then
    new.old_value := null;
    new.new_value := null;
    new.config_name := null;
    new.reason := null;
    new.request_id := null;
    new.salt := null;
    if (to_jsonb(new) - array['old_value', 'new_value', 'config_name', 'reason', 'request_id', 'salt'])
      = (to_jsonb(old) - array['old_value', 'new_value', 'config_name', 'reason', 'request_id', 'salt'])
    then
      return new;
    end if;
  end if;
  raise exception '% is append-only.', tg_table_name using errcode = '42501';
end $function$
;

CREATE OR REPLACE FUNCTION private.refuse_second_sign_in()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if exists (select from identity.issuer_accounts i where i.user_id = new.user_id) then
    raise exception 'This account signs in through an issuer.' using errcode = '42501';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.refuse_strange_limits(parts text[])
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if (
    -- Of each limit: a rate or none, its burst, slots or none, how many budgets.
    parts[3] ~ '[aI]|[{,]-|[{][^{},]*,NULL|,NULL[}]'
    -- Amounts of budgets and of calls.
    or translate(parts[5] || parts[11], '0123456789.,{}', '') <> ''
    -- Of each budget: whether it blocks.
    or parts[6] ~ '[{][^{}01]|[{][01][^,]'
    -- How long leases last.
    or translate(replace(parts[12], 'NULL', ''), '0123456789.,{}e+', '') <> ''
  ) is not false then
    raise exception 'Limits are numbers of 0 or more.' using errcode = '22023';
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION private.refuse_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception '% cannot be truncated.', tg_table_name using errcode = '42501';
end $function$
;

CREATE OR REPLACE FUNCTION private.renew_calls(p_ids uuid[], p_lease_ms double precision)
 RETURNS uuid[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  at timestamptz := private.admission_now();
  renewed uuid[];
begin
  with free as materialized (
    select x.id from unnest(p_ids) as u (id)
      cross join lateral (select l.id from private.admission_leases l
        where l.id = u.id and l.expires_at > at for no key update skip locked) x
  ), kept as (
    update private.admission_leases l
      set expires_at = greatest(l.expires_at, at + p_lease_ms * interval '1 millisecond')
      from free where l.id = free.id returning l.id
  ) select coalesce(array_agg(kept.id), '{}') into renewed from kept;
  return renewed;
end $function$
;

CREATE OR REPLACE FUNCTION private.replace_default_membership()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.organization_members m set is_default = true
    where m.user_id = old.user_id and m.organization_id = (
      select c.organization_id from public.organization_members c
      where c.user_id = old.user_id order by c.created_at, c.organization_id limit 1);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.review_budgets(p_batch text, p_query text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  now_ms double precision := extract(epoch from private.admission_now()) * 1000;
  answer text;
begin
  if exists (
    select from (
      select b.value -> 3 as thresholds, coalesce(w.alerted, ';') as alerted, case
          when w.id = any (a.tally_window_ids) then w.spent + a.tally_spent
          when w.id is not null then w.spent
          else private.ledger_cost(b.value ->> 0, to_timestamp(c.start_ms / 1000), to_timestamp(c.end_ms / 1000)) end as spent
        from jsonb_array_elements(p_query::jsonb) as b
        cross join lateral (select (e.value ->> 0)::double precision as start_ms, (e.value ->> 1)::double precision as end_ms
          from jsonb_array_elements(b.value -> 2) as e) c
        left join private.budget_windows w on w.scope = b.value ->> 0 and w.period = b.value ->> 1
          and w.starts_at = to_timestamp(c.start_ms / 1000)
        left join private.admission_scopes a on a.scope = w.scope
        where c.start_ms <= now_ms and now_ms < c.end_ms
    ) f cross join lateral jsonb_array_elements(f.thresholds) as t
    where f.spent >= (t.value ->> 0)::numeric and position(';' || (t.value ->> 1) || ';' in f.alerted) = 0)
  then
    answer := private.admit_one_by_one(p_batch);
    perform private.fold_tallies(split_part(p_batch, '|', 1)::text[]);
    return answer;
  end if;
  return private.budget_figures(p_query);
end $function$
;

CREATE OR REPLACE FUNCTION private.roll_up_usage()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.ai_usage_hourly as h
    select date_trunc('hour', a.started_at, 'UTC'), a.user_id, a.organization_id, coalesce(a.model_served, a.model_asked),
        a.key_slot, count(*), count(*) filter (where a.outcome in ('error', 'timeout')),
        count(*) filter (where (a.http_status = 429 or a.error_type = 'rate_limit_error') and a.error_type is distinct from 'spend_limit'),
        sum(a.input_tokens), sum(a.output_tokens), sum(a.cache_read_tokens),
        sum(a.cache_write_5m_tokens), sum(a.cache_write_1h_tokens), sum(a.web_searches), sum(a.cost)
      from added a where a.operation = 'message' group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict on constraint ai_usage_hourly_key do update set calls = h.calls + excluded.calls,
      failures = h.failures + excluded.failures, rate_limited = h.rate_limited + excluded.rate_limited,
      input_tokens = h.input_tokens + excluded.input_tokens, output_tokens = h.output_tokens + excluded.output_tokens,
      cache_read_tokens = h.cache_read_tokens + excluded.cache_read_tokens,
      cache_write_5m_tokens = h.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
      cache_write_1h_tokens = h.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
      web_searches = h.web_searches + excluded.web_searches, cost = h.cost + excluded.cost;
  insert into public.ai_usage_daily as d
    select date_trunc('day', a.started_at, 'UTC'), a.user_id, a.organization_id, coalesce(a.model_served, a.model_asked),
        a.key_slot, count(*), count(*) filter (where a.outcome in ('error', 'timeout')),
        count(*) filter (where (a.http_status = 429 or a.error_type = 'rate_limit_error') and a.error_type is distinct from 'spend_limit'),
        sum(a.input_tokens), sum(a.output_tokens), sum(a.cache_read_tokens),
        sum(a.cache_write_5m_tokens), sum(a.cache_write_1h_tokens), sum(a.web_searches), sum(a.cost)
      from added a where a.operation = 'message' group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict on constraint ai_usage_daily_key do update set calls = d.calls + excluded.calls,
      failures = d.failures + excluded.failures, rate_limited = d.rate_limited + excluded.rate_limited,
      input_tokens = d.input_tokens + excluded.input_tokens, output_tokens = d.output_tokens + excluded.output_tokens,
      cache_read_tokens = d.cache_read_tokens + excluded.cache_read_tokens,
      cache_write_5m_tokens = d.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
      cache_write_1h_tokens = d.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
      web_searches = d.web_searches + excluded.web_searches, cost = d.cost + excluded.cost;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.set_default_organization(p_organization_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.organization_members set is_default = true
    where organization_id = p_organization_id and user_id = auth.uid();
  if not found then
    raise exception 'Only a member can make an organization the default.' using errcode = '42501';
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION private.settle_call(p_call text, p_limits text, p_record text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  parts text[] := string_to_array(p_call, '|', '');
  call_id uuid := parts[1];
  cost numeric := parts[2];
  one text := parts[3];
  other text := parts[5];
  one_lock bigint := hashtextextended(one, 7);
  other_lock bigint := hashtextextended(coalesce(other, one), 7);
  done boolean;
  at timestamptz;
  lease private.admission_leases;
  one_told text; other_told text;
begin
  done := pg_advisory_xact_lock(least(one_lock, other_lock)) is null;
  done := pg_advisory_xact_lock(greatest(one_lock, other_lock)) is null;
  at := private.admission_now();
  delete from private.admission_leases k
    where k.id = call_id and k.scope = one and k.other_scope is not distinct from other and k.expires_at > at
    returning k.* into lease;
  if lease.id is not null then
    update private.admission_scopes a set running = a.running - 1, tally_reserved = a.tally_reserved - lease.reserve, tally_spent = a.tally_spent + cost,
      tally_left = a.tally_left + lease.reserve - cost
      where a.scope = one and a.tally_rule = parts[4] and a.tally_spent + cost < a.tally_due and cost >= 0
        and case when other is null then lease.window_ids = a.tally_window_ids
          else exists (select from private.admission_scopes b where b.scope = other and b.tally_rule = parts[6]
            and b.tally_spent + cost < b.tally_due and lease.window_ids = a.tally_window_ids || b.tally_window_ids) end
      returning concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]') into one_told;
    if one_told is null then
      insert into private.admission_leases select lease.*;
    else
      if other is not null then
        update private.admission_scopes a set running = a.running - 1, tally_reserved = a.tally_reserved - lease.reserve, tally_spent = a.tally_spent + cost,
      tally_left = a.tally_left + lease.reserve - cost
          where a.scope = other
          returning concat(',', concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]')) into other_told;
      end if;
      insert into private.pending_calls (id, settled_at, cost, record, user_id, organization_id, started_at)
        values (call_id, at, cost, p_record, parts[7]::uuid, parts[8]::uuid, parts[9]::timestamptz);
      done := set_config('synchronous_commit', 'off', true) is null;
      return '{"t":[' || one_told || coalesce(other_told, '') || ']}';
    end if;
  end if;
  return private.settle_one_by_one(p_limits || p_record || ']]}');
end $function$
;

CREATE OR REPLACE FUNCTION private.settle_calls(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  calls jsonb := p::jsonb;
  answer text;
begin
  perform private.lock_scopes(array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l));
  -- Where each call has the lease that its tallies know of, sums are all that is to be written. Otherwise this writes nothing.
  with t as materialized (
    select n.at from (select private.admission_now() as at offset 0) n
  ), m as materialized (
    select l.value ->> 's' as scope, l.value ->> 'r' as rule, l.place from jsonb_array_elements(calls -> 'l') with ordinality as l (value, place)
  ), s as materialized (
    select (s.value ->> 0)::uuid as id, (s.value ->> 1)::numeric as cost, s.value -> 4 as record,
        (s.value -> 2 ->> 0)::integer + 1 as one, (s.value -> 2 ->> 1)::integer + 1 as other
      from jsonb_array_elements(calls -> 's') as s
  ), l as materialized (
    select s.id, s.cost, x.reserve, x.window_ids, one.scope as one, other.scope as other
      from t, s join m one on one.place = s.one left join m other on other.place = s.other
      cross join lateral (select k.scope, k.other_scope, k.window_ids, k.reserve, k.expires_at
        from private.admission_leases k where k.id = s.id offset 0) x
      where x.expires_at > t.at and s.cost >= 0 and x.scope = one.scope and x.other_scope is not distinct from other.scope
  ), d as materialized (
    select u.scope, count(*)::integer as calls, sum(l.cost) as cost, sum(l.reserve) as reserve
      from l cross join unnest(array[l.one, l.other]) as u (scope) where u.scope is not null group by u.scope
  ), a as materialized (
    select m.place, x.scope, x.running - d.calls as running, x.tally_spent + d.cost as tally_spent,
        x.tally_reserved - d.reserve as tally_reserved, x.tally_left + d.reserve - d.cost as tally_left, x.tally_window_ids, x.tally_figures
      from d join m on m.scope = d.scope join private.admission_scopes x on x.scope = d.scope
      where x.tally_rule = m.rule and x.tally_spent + d.cost < x.tally_due
  ), fits as materialized (
    select true as yes
      where (select count(distinct l.id) from l) = jsonb_array_length(calls -> 's')
        and (select count(*) from a) = (select count(*) from m)
        and not exists (select from l join a one on one.scope = l.one left join a other on other.scope = l.other
          where l.window_ids <> one.tally_window_ids || other.tally_window_ids)
  ), gone as (
    delete from private.admission_leases k using fits where k.id = any (array(select s.id from s))
  ), counted as (
    update private.admission_scopes x set running = a.running, tally_spent = a.tally_spent, tally_reserved = a.tally_reserved,
        tally_left = a.tally_left
      from fits, a where x.scope = a.scope
  ), kept as (
    insert into private.pending_calls (id, settled_at, cost, record, user_id, organization_id, started_at)
      select s.id, t.at, s.cost, s.record::text, (s.record ->> 'user_id')::uuid, (s.record ->> 'organization_id')::uuid,
          (s.record ->> 'started_at')::timestamptz from fits, t, s
  )
  select '{"t":[' || string_agg(concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]'), ',' order by a.place) || ']}'
    into answer from fits, a;
  if answer is null then return private.settle_one_by_one(p); end if;
  perform set_config('synchronous_commit', 'off', true);
  return answer;
end $function$
;

CREATE OR REPLACE FUNCTION private.settle_one_by_one(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  calls jsonb := p::jsonb;
  at timestamptz;
  settlement jsonb; limits jsonb; item jsonb; part jsonb; windows jsonb; alerts jsonb; all_alerts jsonb := '[]';
  booked uuid[]; is_booked boolean; is_late boolean;
  g_id uuid[]; g_windows text[]; g_reserve numeric[]; g_late boolean[];
  d_id bigint[] := '{}'; d_spent numeric[] := '{}'; d_reserved numeric[] := '{}';
  o_id bigint[] := '{}';
  -- Windows by scope, period and start, as a limit tells them.
  f_id bigint[]; f_key text[]; f_spent numeric[]; f_reserved numeric[]; f_alerted text[];
  ids bigint[]; id uuid; known integer; place integer; limit_place integer; budget integer; threshold integer; at_budget integer; at_window integer;
  lease integer; figures text; answers text := ''; v_booked boolean[] := '{}'; v_late boolean[] := '{}';
  -- Limits by place, how many budgets they have, and what was said of them last, for which windows.
  l_item jsonb[]; l_count integer[]; l_said_windows text[]; l_said text[]; own_windows text; said text;
begin
  perform private.lock_scopes(array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l));
  at := private.admission_now();
  select array_agg(l.value order by l.place), array_agg(jsonb_array_length(l.value -> 'w') order by l.place)
    into l_item, l_count from jsonb_array_elements(calls -> 'l') with ordinality as l (value, place);
  l_said_windows := array_fill(null::text, array[cardinality(l_item)]);
  l_said := l_said_windows;

  perform private.fold_tallies(array(select l.value ->> 's' from unnest(l_item) as l (value)));
  -- Those without a lease may be booked already, and wait for the ledger.
  perform private.write_pending_calls(array(select (s.value ->> 0)::uuid from jsonb_array_elements(calls -> 's') as s
    where exists (select from private.pending_calls k where k.id = (s.value ->> 0)::uuid)));
  -- A window begins with what the ledger holds of it, so it is made before these calls are written there.
  for settlement in select s.value from jsonb_array_elements(calls -> 's') as s
      where not exists (select from private.admission_leases l where l.id = (s.value ->> 0)::uuid) loop
    perform private.settlement_windows(settlement, l_item, l_count);
  end loop;
  booked := private.write_usage_events(calls -> 's', at);

  with gone as (
    delete from private.admission_leases l where l.id = any (booked)
      returning l.id, l.scope, l.other_scope, l.window_ids, l.reserve, l.expires_at <= at as is_late
  ), freed as (
    update private.admission_scopes a set running = a.running - d.calls
      from (select u.scope, count(*)::integer as calls from gone, unnest(array[gone.scope, gone.other_scope]) as u (scope)
        where u.scope is not null group by u.scope) d
      where a.scope = d.scope
  ) select array_agg(gone.id), array_agg(gone.window_ids::text), array_agg(gone.reserve), array_agg(gone.is_late)
    into g_id, g_windows, g_reserve, g_late from gone;

  for settlement in select s.value from jsonb_array_elements(calls -> 's') with ordinality as s (value, place) order by s.place loop
    id := (settlement ->> 0)::uuid;
    known := array_position(booked, id);
    is_booked := known is not null;
    -- The same call twice in one batch is booked once.
    if is_booked then booked[known] := null; end if;
    lease := case when is_booked then array_position(g_id, id) end;
    if lease is not null then
      ids := g_windows[lease]::bigint[];
    else
      ids := private.settlement_windows(settlement, l_item, l_count);
    end if;
    o_id := o_id || ids;
    if is_booked then
      d_id := d_id || ids;
      d_spent := d_spent || array_fill((settlement ->> 1)::numeric, array[cardinality(ids)]);
      d_reserved := d_reserved || array_fill(coalesce(g_reserve[lease], 0), array[cardinality(ids)]);
    end if;
    v_booked := v_booked || is_booked;
    v_late := v_late || (is_booked and coalesce(g_late[lease], true));
  end loop;

  if cardinality(d_id) > 0 then
    -- A lease may be of another scope than its settlement tells.
    perform private.fold_tallies(array(select w.scope from private.budget_windows w where w.id = any (d_id)));
    update private.budget_windows w set spent = w.spent + d.spent, reserved = w.reserved - d.reserved
      from (select u.id, sum(u.spent) as spent, sum(u.reserved) as reserved
        from unnest(d_id, d_spent, d_reserved) as u (id, spent, reserved) group by u.id) d
      where w.id = d.id;
  end if;
  select array_agg(w.id), array_agg(concat_ws(' ', w.scope, w.period, (extract(epoch from w.starts_at) * 1000)::double precision)),
      array_agg(w.spent), array_agg(w.reserved), array_agg(w.alerted)
    into f_id, f_key, f_spent, f_reserved, f_alerted from private.budget_windows w where w.id = any (o_id);

  place := 0;
  for settlement in select s.value from jsonb_array_elements(calls -> 's') with ordinality as s (value, place) order by s.place loop
    place := place + 1;
    figures := '';
    alerts := '[]';
    windows := settlement -> 3;
    at_budget := 0;
    for known in 0 .. jsonb_array_length(settlement -> 2) - 1 loop
      limit_place := (settlement -> 2 ->> known)::integer + 1;
      own_windows := jsonb_path_query_array(windows, '$[$from to $to]',
        jsonb_build_object('from', at_budget, 'to', at_budget + l_count[limit_place] - 1))::text;
      -- Figures are those at the end of the batch, and its first settlement told what is due.
      if own_windows = l_said_windows[limit_place] then
        figures := figures || l_said[limit_place];
        at_budget := at_budget + l_count[limit_place];
        continue;
      end if;
      limits := l_item[limit_place];
      said := '';
      for budget in 0 .. l_count[limit_place] - 1 loop
        part := limits -> 'w' -> budget;
        at_window := array_position(f_key,
          concat_ws(' ', limits ->> 's', part ->> 0, (windows -> at_budget ->> 0)::double precision));
        said := said || ',["' || trim_scale(coalesce(f_spent[at_window], 0)) || '","' || trim_scale(coalesce(f_reserved[at_window], 0)) || '",'
          || (windows -> at_budget ->> 0)::double precision || ',' || (windows -> at_budget ->> 1)::double precision || ']';
        if v_booked[place] and at_window is not null then
          for threshold in 0 .. jsonb_array_length(part -> 3) - 1 loop
            item := part -> 3 -> threshold;
            exit when f_spent[at_window] < (item ->> 1)::numeric;
            if position(';' || (item ->> 0) || ';' in f_alerted[at_window]) = 0 then
              f_alerted[at_window] := f_alerted[at_window] || (item ->> 0) || ';';
              alerts := alerts || jsonb_build_array(jsonb_build_array(limits -> 's', part -> 0, item -> 2, part -> 1,
                trim_scale(f_spent[at_window])::text, windows -> at_budget -> 0, windows -> at_budget -> 1));
            end if;
          end loop;
        end if;
        at_budget := at_budget + 1;
      end loop;
      figures := figures || said;
      if v_booked[place] then
        l_said_windows[limit_place] := own_windows;
        l_said[limit_place] := said;
      end if;
    end loop;
    all_alerts := all_alerts || alerts;
    answers := answers || ',[' || v_booked[place] || ',' || v_late[place] || ',[' || ltrim(figures, ',') || '],' || alerts || ']';
  end loop;
  if all_alerts <> '[]' then
    update private.budget_windows w set alerted = u.alerted
      from unnest(f_id, f_alerted) as u (id, alerted) where w.id = u.id and w.alerted <> u.alerted;
    perform private.write_alerts(all_alerts);
  end if;
  return '[' || ltrim(answers, ',') || ']';
end $function$
;

CREATE OR REPLACE FUNCTION private.settlement_windows(p_settlement jsonb, p_limits jsonb[], p_counts integer[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  windows jsonb := p_settlement -> 3;
  ids bigint[] := '{}';
  at_budget integer := 0;
  known integer;
  call_at timestamptz;
begin
  for place in 0 .. jsonb_array_length(p_settlement -> 2) - 1 loop
    known := (p_settlement -> 2 ->> place)::integer + 1;
    call_at := (p_settlement -> 4 ->> 'started_at')::timestamptz;
    for budget in 0 .. p_counts[known] - 1 loop
      ids := ids || private.budget_window_id(p_limits[known] ->> 's', p_limits[known] -> 'w' -> budget ->> 0,
        (windows -> at_budget ->> 0)::double precision, (windows -> at_budget ->> 1)::double precision);
      -- A call may have begun a moment before the window that it was admitted in.
      call_at := greatest(call_at, to_timestamp((windows -> at_budget ->> 0)::double precision / 1000));
      at_budget := at_budget + 1;
    end loop;
    ids := ids || array(select w.id from private.budget_windows w where w.scope = p_limits[known] ->> 's'
      and w.starts_at <= call_at and w.ends_at > call_at and w.id <> all (ids));
  end loop;
  return ids;
end $function$
;

CREATE OR REPLACE FUNCTION private.spent_in_windows(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(json_agg(trim_scale(private.ledger_cost(w.value ->> 0, to_timestamp((w.value ->> 1)::double precision / 1000),
        to_timestamp((w.value ->> 2)::double precision / 1000)))::text order by w.place), '[]')::text
      from jsonb_array_elements(p::jsonb) with ordinality as w (value, place));
end $function$
;

CREATE OR REPLACE FUNCTION private.spread_policy()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed public.organization_policies := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.refresh_organization_snapshot(changed.organization_id);
  perform private.announce(null, changed.organization_id);
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION private.sweep_calls()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return private.free_expired_leases(null);
end $function$
;

CREATE OR REPLACE FUNCTION private.token_organization(p_actions text[])
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return (select t.organization_id from public.service_tokens t
    where t.id = nullif(current_setting('app.token_id', true), '')::uuid
      and t.expires_at > clock_timestamp()
      and (cardinality(p_actions) = 0 or t.actions && p_actions));
end $function$
;

CREATE OR REPLACE FUNCTION private.touch_configuration()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  actor uuid := auth.uid();
begin
  if tg_op = 'INSERT' then
    -- Whoever chooses an id learns from the refusal whether somebody has it.
    if actor is not null or current_setting('role', true) = 'ai_config_token' then
      new.id := gen_random_uuid();
    end if;
    new.version := 1;
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
    new.created_by := actor;
    new.updated_by := actor;
    return new;
  end if;
  if new.id <> old.id
    or new.user_id is distinct from old.user_id
    or new.organization_id is distinct from old.organization_id
    or new.created_at <> old.created_at
    or (new.created_by is distinct from old.created_by and new.created_by is not null)
  then
    raise exception 'The owner, id and origin of a configuration never change.' using errcode = '42501';
  end if;
  if (new.config_name, new.configuration, new.is_active, new.priority)
    is not distinct from (old.config_name, old.configuration, old.is_active, old.priority)
  then
    -- Nothing to say, so nothing happens; only a deleted account may take its name off the row.
    new.version := old.version;
    new.updated_at := old.updated_at;
    new.updated_by := case when new.updated_by is null then null else old.updated_by end;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := greatest(clock_timestamp(), old.updated_at);
  new.updated_by := actor;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.touch_invitation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  new.created_at := clock_timestamp();
  if auth.uid() is not null then
    new.id := gen_random_uuid();
    new.invited_by := auth.uid();
    new.accepted_at := null;
    new.accepted_by := null;
    new.expires_at := least(new.expires_at, new.created_at + interval '7 days');
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.touch_organization()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
    return new;
  end if;
  if new.id <> old.id
    or new.created_at <> old.created_at
    or (new.created_by is distinct from old.created_by and new.created_by is not null)
  then
    raise exception 'The id and origin of an organization never change.' using errcode = '42501';
  end if;
  if new.name is distinct from old.name then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.touch_policy()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'INSERT' then
    new.version := 1;
    new.updated_at := clock_timestamp();
    new.updated_by := auth.uid();
    return new;
  end if;
  if new.organization_id <> old.organization_id then
    raise exception 'A policy stays with its organization.' using errcode = '42501';
  end if;
  if new.policy is not distinct from old.policy then
    -- Nothing to say, so nothing happens; only a deleted account may take its name off the row.
    new.version := old.version;
    new.updated_at := old.updated_at;
    new.updated_by := case when new.updated_by is null then null else old.updated_by end;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := greatest(clock_timestamp(), old.updated_at);
  new.updated_by := auth.uid();
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.touch_provider_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    return new;
  end if;
  if new.id <> old.id
    or new.user_id is distinct from old.user_id
    or new.organization_id is distinct from old.organization_id
    or new.provider <> old.provider
  then
    raise exception 'The owner and id of a key never change.' using errcode = '42501';
  end if;
  new.created_at := case
    when new.fingerprint = old.fingerprint or (new.kek_id <> old.kek_id and new.key_version = old.key_version)
      then old.created_at
    else clock_timestamp() end;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.touch_service_token()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not private.may_write_for(null, new.organization_id) then return new; end if;
  -- Tokens of one organization made at once would each find room.
  perform pg_advisory_xact_lock(hashtextextended('tokens of ' || new.organization_id, 0));
  if (select count(*) from public.service_tokens t where t.organization_id = new.organization_id) >= 50 then
    raise exception 'There are 50 tokens already. Revoke one first.' using errcode = '54000';
  end if;
  new.created_at := clock_timestamp();
  if auth.uid() is not null then
    new.id := gen_random_uuid();
    new.created_by := auth.uid();
    new.last_used_at := null;
  end if;
  if new.expires_at <= new.created_at or new.expires_at > new.created_at + interval '366 days' then
    raise exception 'A token ends within a year.' using errcode = '23514';
  end if;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION private.use_service_token(p_token_hash bytea)
 RETURNS TABLE(id uuid, organization_id uuid, name text, hint text, actions text[])
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select t.id, t.organization_id, t.name, t.hint, t.actions from public.service_tokens t
    where t.token_hash = p_token_hash and t.expires_at > clock_timestamp();
  update public.service_tokens t set last_used_at = clock_timestamp()
    where t.token_hash = p_token_hash and t.expires_at > clock_timestamp()
      and coalesce(t.last_used_at < clock_timestamp() - interval '1 minute', true);
end $function$
;

CREATE OR REPLACE FUNCTION private.verify_audit(p_user_id uuid, p_organization_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.verify_audit_part(p_user_id, p_organization_id, 0, '') - 'isEnd'
$function$
;

CREATE OR REPLACE FUNCTION private.verify_audit_part(p_user_id uuid, p_organization_id uuid, p_after bigint, p_previous bytea, p_most integer DEFAULT NULL::integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  asking text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  -- What was moved before the first one is found too.
  after bigint := case p_after when 0 then -9223372036854775808 else p_after end;
  previous bytea := p_previous;
  checked bigint := p_after;
  forgotten bigint := 0;
  is_end boolean := false;
  head private.audit_heads;
  entry public.ai_configuration_audit;
  problem jsonb;
begin
  if num_nonnulls(p_user_id, p_organization_id) <> 1 or (
    asking in ('ai_config_service', 'service_role')
    or p_user_id = auth.uid()
    or p_organization_id = any (array(select private.organization_ids('{owner,admin}')))
    or asking = 'ai_config_token' and p_organization_id = private.token_organization('{audit:read}')
    or (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = asking)) is not true
  then
    raise exception 'The audit is for its owner, or for the owners and admins of the organization.'
      using errcode = '42501';
  end if;
  for entry in
    select * from (
      select * from public.ai_configuration_audit a where a.organization_id = p_organization_id and a.seq > after
      union all
      select * from public.ai_configuration_audit a
        where a.user_id = p_user_id and a.organization_id is null and a.seq > after
    ) as chain order by seq limit p_most
  loop
    if entry.seq <> checked + 1 then
      problem := jsonb_build_object('kind', 'missing', 'seq', checked + 1);
    elsif entry.hash <> private.audit_hash(previous, entry)
      or entry.salt is not null and entry.content_hash <> private.audit_content_hash(entry)
      or entry.salt is null and num_nonnulls(
        entry.config_name, entry.old_value, entry.new_value, entry.reason, entry.request_id) > 0
    then
      problem := jsonb_build_object('kind', 'altered', 'seq', entry.seq, 'id', entry.id::text);
    end if;
    exit when problem is not null;
    previous := entry.hash;
    checked := checked + 1;
    forgotten := forgotten + (entry.salt is null)::integer;
  end loop;
  if problem is null and coalesce(checked - p_after < p_most, true) then
    is_end := true;
    select * into head from private.audit_heads h
      where h.owner = private.audit_owner(p_user_id, p_organization_id);
    if coalesce(head.seq, 0) <> checked then
      problem := jsonb_build_object('kind', 'missing', 'seq', checked + 1);
    elsif head.hash <> previous then
      problem := jsonb_build_object('kind', 'altered', 'seq', checked);
    end if;
  end if;
  return jsonb_build_object('checked', checked, 'forgotten', forgotten, 'head', encode(previous, 'hex'),
    'problem', problem, 'isEnd', is_end);
end $function$
;

CREATE OR REPLACE FUNCTION private.without_secrets(words text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
 SET search_path TO ''
AS $function$
  select regexp_replace(regexp_replace(words, '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6,}', '[secret]', 'g'),
    '(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]+[.]eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*', '[secret]', 'g')
$function$
;

CREATE OR REPLACE FUNCTION private.write_alerts(p_alerts jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  alert jsonb;
  owner text[];
begin
  for alert in select a.value from jsonb_array_elements(p_alerts) as a loop
    owner := string_to_array(alert ->> 0, ':');
    insert into public.budget_alerts (user_id, organization_id, period, threshold, limit_usd, spent, starts_at, resets_at)
      values (
        case when owner[1] = 'user' then owner[2]::uuid end,
        case when owner[1] = 'organization' then owner[2]::uuid end,
        alert ->> 1, (alert ->> 2)::numeric, (alert ->> 3)::numeric, (alert ->> 4)::numeric,
        to_timestamp((alert ->> 5)::double precision / 1000), to_timestamp((alert ->> 6)::double precision / 1000))
      on conflict on constraint budget_alerts_once do nothing;
    if found then
      perform pg_notify('ai_config_budget_alerts', json_build_object(
        't', owner[1], 'h', private.announced_name(owner[2]::uuid))::text);
    end if;
  end loop;
end $function$
;

CREATE OR REPLACE FUNCTION private.write_audit(p_subject text, p_config_id uuid, p_user_id uuid, p_organization_id uuid, p_config_name text, p_action text, p_version integer, p_old jsonb, p_new jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  actor uuid := auth.uid();
  token uuid := nullif(current_setting('app.token_id', true), '')::uuid;
  named text := nullif(current_setting('app.actor_name', true), '');
  role text := nullif(current_setting('role', true), 'none');
begin
  insert into public.ai_configuration_audit (
    subject, config_id, user_id, organization_id, config_name, action, version, old_value, new_value,
    actor_type, changed_by, actor_name, reason, request_id, via
  ) values (
    p_subject, p_config_id, p_user_id, p_organization_id, p_config_name, p_action, p_version, p_old, p_new,
    case
      when actor is not null then 'user'
      when token is not null and coalesce(role, session_user) in ('ai_config_token', 'ai_config_service') then 'token'
      when coalesce(role, session_user) in ('ai_config_service', 'service_role') then 'service'
      else 'system'
    end,
    coalesce(actor, token, '00000000-0000-0000-0000-000000000000'),
    case when actor is null then left(private.without_secrets(coalesce(named, role, session_user)), 200) end,
    left(private.without_secrets(nullif(current_setting('app.reason', true), '')), 2000),
    left(private.without_secrets(nullif(current_setting('app.request_id', true), '')), 200),
    left(private.without_secrets(coalesce(nullif(current_setting('app.via', true), ''), 'sql')), 40)
  );
end $function$
;

CREATE OR REPLACE FUNCTION private.write_pending_calls(p_ids uuid[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  taken uuid[];
begin
  if p_ids is null and not exists (select from private.pending_calls p where p.problem is null) then return 0; end if;
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  if p_ids is null then
    taken := array(select p.id from private.pending_calls p where p.problem is null limit 500);
  else
    taken := array(select p.id from private.pending_calls p where p.id = any (p_ids) and p.problem is null);
  end if;
  if cardinality(taken) > 0 then perform private.write_records(taken); end if;
  return cardinality(taken);
end $function$
;

CREATE OR REPLACE FUNCTION private.write_pending_calls_of(p_scopes text[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  users uuid[] := array(select split_part(s, ':', 2)::uuid from unnest(p_scopes) as s where split_part(s, ':', 1) = 'user');
  organizations uuid[] := array(select split_part(s, ':', 2)::uuid from unnest(p_scopes) as s where split_part(s, ':', 1) = 'organization');
  taken uuid[];
begin
  if not exists (select from private.pending_calls p
      where p.problem is null and (p.user_id = any (users) or p.organization_id = any (organizations))) then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  taken := array(select p.id from private.pending_calls p
    where p.problem is null and (p.user_id = any (users) or p.organization_id = any (organizations)) limit 500);
  if cardinality(taken) > 0 then perform private.write_records(taken); end if;
  return cardinality(taken);
end $function$
;

CREATE OR REPLACE FUNCTION private.write_records(p_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  at timestamptz := private.admission_now();
  one uuid;
begin
  -- Also in an admission, which waits for no disk: whoever finds its records written here takes that for a sign that they are
  -- on disk, as they are when the lock is free again.
  perform set_config('synchronous_commit', 'on', true);
  begin
    perform private.write_usage_events((
      select jsonb_agg(jsonb_build_array(p.id, p.cost::text, null, null, p.record::jsonb, p.settled_at))
        from private.pending_calls p where p.id = any (p_ids)), at);
    delete from private.pending_calls p where p.id = any (p_ids);
  exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
    -- One of them is none that the ledger takes: the others are written alone, and it waits for somebody to look at it.
    foreach one in array p_ids loop
      begin
        perform private.write_usage_events((
          select jsonb_build_array(jsonb_build_array(p.id, p.cost::text, null, null, p.record::jsonb, p.settled_at))
            from private.pending_calls p where p.id = one), at);
        delete from private.pending_calls p where p.id = one;
      exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
        raise warning 'The ledger does not take call %: %', one, sqlstate;
        update private.pending_calls p set problem = sqlstate where p.id = one;
      end;
    end loop;
  end;
end $function$
;

CREATE OR REPLACE FUNCTION private.write_settled_calls(p_ids uuid[])
 RETURNS uuid[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  perform private.write_pending_calls(p_ids);
  return array(select u.id from unnest(p_ids) as u (id)
    where not exists (select from private.settled_calls k where k.id = u.id)
      and not exists (select from private.pending_calls k where k.id = u.id));
end $function$
;

CREATE OR REPLACE FUNCTION private.write_usage_events(p_calls jsonb, p_at timestamp with time zone)
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  booked uuid[];
begin
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  with calls as materialized (
    -- The same call twice in one batch is booked once.
    select distinct on (c.id) c.id, c.value
      from (select (e.value ->> 0)::uuid as id, e.value, e.place
        from jsonb_array_elements(p_calls) with ordinality as e (value, place)) c
      -- What the ledger did not take is booked and waits to be put right.
      where not exists (select from private.pending_calls k where k.id = c.id and k.problem is not null)
      order by c.id, c.place
  ), fresh as (
    insert into private.settled_calls (id, settled_at)
      select c.id, coalesce((c.value ->> 5)::timestamptz, p_at) from calls c
      on conflict do nothing
      returning settled_calls.id
  ), written as (
    insert into public.ai_usage_events (id, cost, settled_at, user_id, organization_id, configuration_version, model_asked,
        model_served, api_version, key_slot, experiment_variant, started_at, first_byte_ms, duration_ms, attempts, outcome,
        error_type, http_status, stop_reason, operation, is_stream, input_tokens, output_tokens, cache_read_tokens,
        cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost_basis, anthropic_request_ids, label, tags)
      select calls.id, (calls.value ->> 1)::numeric, coalesce((calls.value ->> 5)::timestamptz, p_at), e.user_id, e.organization_id, e.configuration_version,
        e.model_asked, e.model_served, e.api_version, e.key_slot, e.experiment_variant, e.started_at, e.first_byte_ms,
        e.duration_ms, e.attempts, e.outcome, e.error_type, e.http_status, e.stop_reason, coalesce(e.operation, 'message'), e.is_stream, e.input_tokens,
        e.output_tokens, e.cache_read_tokens, e.cache_write_5m_tokens, e.cache_write_1h_tokens, e.web_searches,
        e.cost_basis,
        -- Records that waited when this was new name the last request alone.
        coalesce(e.anthropic_request_ids, array_remove(array[calls.value -> 4 ->> 'anthropic_request_id'], null)), e.label, e.tags
      from fresh join calls on calls.id = fresh.id, jsonb_populate_record(null::public.ai_usage_events, calls.value -> 4) as e
  ) select array_agg(fresh.id) into booked from fresh;
  return coalesce(booked, '{}');
end $function$
;

-- Triggers

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.ai_configuration_audit FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER chain_audit BEFORE INSERT ON public.ai_configuration_audit FOR EACH ROW EXECUTE FUNCTION private.chain_audit();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.ai_configuration_audit FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER audit_ai_config_changes AFTER INSERT OR DELETE OR UPDATE ON public.ai_configurations FOR EACH ROW EXECUTE FUNCTION private.audit_configuration();
CREATE TRIGGER hold_to_policy BEFORE INSERT OR UPDATE OF configuration ON public.ai_configurations FOR EACH ROW EXECUTE FUNCTION private.hold_to_policy();
CREATE TRIGGER limit_configurations BEFORE INSERT ON public.ai_configurations FOR EACH ROW EXECUTE FUNCTION private.limit_configurations();
CREATE TRIGGER notify_ai_config_inserted AFTER INSERT OR DELETE ON public.ai_configurations FOR EACH ROW EXECUTE FUNCTION private.announce_owner();
CREATE TRIGGER notify_ai_config_updated AFTER UPDATE ON public.ai_configurations FOR EACH ROW WHEN ((old.version IS DISTINCT FROM new.version)) EXECUTE FUNCTION private.announce_owner();
CREATE TRIGGER refresh_snapshot AFTER INSERT OR DELETE OR UPDATE ON public.ai_configurations FOR EACH ROW EXECUTE FUNCTION private.refresh_owner_snapshot();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.ai_configurations FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER touch_ai_configurations BEFORE INSERT OR UPDATE ON public.ai_configurations FOR EACH ROW EXECUTE FUNCTION private.touch_configuration();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.ai_usage_daily FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.ai_usage_events FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.ai_usage_events FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER roll_up AFTER INSERT ON public.ai_usage_events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.roll_up_usage();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.ai_usage_hourly FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER notify_ai_config_deleted AFTER DELETE ON auth.users FOR EACH ROW EXECUTE FUNCTION private.announce_deleted_user();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.budget_alerts FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.budget_alerts FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER refuse_second_sign_in BEFORE INSERT ON identity.accounts FOR EACH ROW EXECUTE FUNCTION private.refuse_second_sign_in();
CREATE TRIGGER audit_invitation_delete AFTER DELETE ON public.organization_invitations FOR EACH ROW WHEN ((old.organization_id IS NOT NULL)) EXECUTE FUNCTION private.audit_invitation();
CREATE TRIGGER audit_invitation_insert AFTER INSERT ON public.organization_invitations FOR EACH ROW WHEN ((new.organization_id IS NOT NULL)) EXECUTE FUNCTION private.audit_invitation();
CREATE TRIGGER audit_invitation_updates AFTER UPDATE ON public.organization_invitations FOR EACH ROW WHEN (((new.organization_id IS NOT NULL) AND (((old.accepted_at IS NULL) IS DISTINCT FROM (new.accepted_at IS NULL)) OR ((((((old.id IS DISTINCT FROM new.id) OR (old.organization_id IS DISTINCT FROM new.organization_id)) OR (old.email IS DISTINCT FROM new.email)) OR (old.role IS DISTINCT FROM new.role)) OR (old.token_hash IS DISTINCT FROM new.token_hash)) OR (old.expires_at IS DISTINCT FROM new.expires_at))))) EXECUTE FUNCTION private.audit_invitation();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.organization_invitations FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER touch_organization_invitations BEFORE INSERT ON public.organization_invitations FOR EACH ROW EXECUTE FUNCTION private.touch_invitation();
CREATE TRIGGER audit_member_changes AFTER INSERT OR DELETE ON public.organization_members FOR EACH ROW EXECUTE FUNCTION private.audit_member();
CREATE TRIGGER audit_member_role_changes AFTER UPDATE ON public.organization_members FOR EACH ROW WHEN ((old.role IS DISTINCT FROM new.role)) EXECUTE FUNCTION private.audit_member();
CREATE TRIGGER choose_default_membership BEFORE INSERT OR UPDATE ON public.organization_members FOR EACH ROW EXECUTE FUNCTION private.choose_default_membership();
CREATE TRIGGER keep_an_owner_on_delete AFTER DELETE ON public.organization_members FOR EACH ROW WHEN ((old.role = 'owner'::text)) EXECUTE FUNCTION private.keep_an_owner();
CREATE TRIGGER keep_an_owner_on_update AFTER UPDATE ON public.organization_members FOR EACH ROW WHEN (((old.role = 'owner'::text) AND (new.role <> 'owner'::text))) EXECUTE FUNCTION private.keep_an_owner();
CREATE TRIGGER notify_member_changes AFTER INSERT OR DELETE OR UPDATE ON public.organization_members FOR EACH ROW EXECUTE FUNCTION private.announce_member();
CREATE TRIGGER refresh_snapshot AFTER INSERT OR DELETE OR UPDATE OF is_default ON public.organization_members FOR EACH ROW EXECUTE FUNCTION private.refresh_member_snapshot();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.organization_members FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER replace_default_membership AFTER DELETE ON public.organization_members FOR EACH ROW WHEN (old.is_default) EXECUTE FUNCTION private.replace_default_membership();
CREATE TRIGGER audit_organization_policy_changes AFTER INSERT OR DELETE OR UPDATE ON public.organization_policies FOR EACH ROW EXECUTE FUNCTION private.audit_policy();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.organization_policies FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER spread_policy AFTER INSERT OR DELETE OR UPDATE OF policy ON public.organization_policies FOR EACH ROW EXECUTE FUNCTION private.spread_policy();
CREATE TRIGGER touch_organization_policies BEFORE INSERT OR UPDATE ON public.organization_policies FOR EACH ROW EXECUTE FUNCTION private.touch_policy();
CREATE TRIGGER audit_organization_changes AFTER INSERT OR DELETE ON public.organizations FOR EACH ROW EXECUTE FUNCTION private.audit_organization();
CREATE TRIGGER audit_organization_name_changes AFTER UPDATE ON public.organizations FOR EACH ROW WHEN ((old.name IS DISTINCT FROM new.name)) EXECUTE FUNCTION private.audit_organization();
CREATE TRIGGER notify_organization_changes AFTER DELETE OR UPDATE ON public.organizations FOR EACH ROW EXECUTE FUNCTION private.announce_organization();
CREATE TRIGGER refresh_snapshot AFTER INSERT OR UPDATE OF name ON public.organizations FOR EACH ROW EXECUTE FUNCTION private.refresh_named_snapshot();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.organizations FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER touch_organizations BEFORE INSERT OR UPDATE ON public.organizations FOR EACH ROW EXECUTE FUNCTION private.touch_organization();
CREATE TRIGGER audit_ai_provider_key_changes AFTER INSERT OR DELETE OR UPDATE ON private.ai_provider_keys FOR EACH ROW EXECUTE FUNCTION private.audit_provider_key();
CREATE TRIGGER notify_ai_provider_key_inserted AFTER INSERT OR DELETE ON private.ai_provider_keys FOR EACH ROW EXECUTE FUNCTION private.announce_owner();
CREATE TRIGGER notify_ai_provider_key_updated AFTER UPDATE ON private.ai_provider_keys FOR EACH ROW WHEN ((((((((old.slot IS DISTINCT FROM new.slot) OR (old.sealed IS DISTINCT FROM new.sealed)) OR (old.hint IS DISTINCT FROM new.hint)) OR (old.key_version IS DISTINCT FROM new.key_version)) OR (old.status IS DISTINCT FROM new.status)) OR (old.verified_at IS DISTINCT FROM new.verified_at)) OR (old.expires_at IS DISTINCT FROM new.expires_at))) EXECUTE FUNCTION private.announce_owner();
CREATE TRIGGER refresh_snapshot_of_changed_key AFTER UPDATE OF slot, hint, key_version, status, verified_at, expires_at ON private.ai_provider_keys FOR EACH ROW EXECUTE FUNCTION private.refresh_owner_snapshot();
CREATE TRIGGER refresh_snapshot_of_key AFTER INSERT OR DELETE ON private.ai_provider_keys FOR EACH ROW EXECUTE FUNCTION private.refresh_owner_snapshot();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.ai_provider_keys FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER touch_ai_provider_keys BEFORE INSERT OR UPDATE ON private.ai_provider_keys FOR EACH ROW EXECUTE FUNCTION private.touch_provider_key();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON private.audit_heads FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER audit_service_token_changes AFTER INSERT OR DELETE ON public.service_tokens FOR EACH ROW EXECUTE FUNCTION private.audit_service_token();
CREATE TRIGGER audit_service_token_updates AFTER UPDATE ON public.service_tokens FOR EACH ROW WHEN ((((((((old.id IS DISTINCT FROM new.id) OR (old.organization_id IS DISTINCT FROM new.organization_id)) OR (old.name IS DISTINCT FROM new.name)) OR (old.token_hash IS DISTINCT FROM new.token_hash)) OR (old.hint IS DISTINCT FROM new.hint)) OR (old.actions IS DISTINCT FROM new.actions)) OR (old.expires_at IS DISTINCT FROM new.expires_at))) EXECUTE FUNCTION private.audit_service_token();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON public.service_tokens FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_truncate();
CREATE TRIGGER touch_service_tokens BEFORE INSERT ON public.service_tokens FOR EACH ROW EXECUTE FUNCTION private.touch_service_token();

-- Policies

create policy ai_configuration_audit_select on ai_configuration_audit for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_configuration_audit_service_select on ai_configuration_audit for select to ai_config_service, service_role
  using (true);

create policy ai_configuration_audit_token_select on ai_configuration_audit for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{audit:read}'::text[]) AS token_organization)));

create policy ai_configurations_delete on ai_configurations for delete to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_configurations_insert on ai_configurations for insert to authenticated
  with check (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_configurations_select on ai_configurations for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin,member,viewer}'::text[]) AS organization_ids)))));

create policy ai_configurations_service on ai_configurations for all to ai_config_service, service_role
  using (true)
  with check (true);

create policy ai_configurations_token_delete on ai_configurations for delete to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{configurations:write}'::text[]) AS token_organization)));

create policy ai_configurations_token_insert on ai_configurations for insert to ai_config_token
  with check ((organization_id = ( SELECT private.token_organization('{configurations:write}'::text[]) AS token_organization)));

create policy ai_configurations_token_select on ai_configurations for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{configurations:read,configurations:write}'::text[]) AS token_organization)));

create policy ai_configurations_token_update on ai_configurations for update to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{configurations:write}'::text[]) AS token_organization)))
  with check ((organization_id = ( SELECT private.token_organization('{configurations:write}'::text[]) AS token_organization)));

create policy ai_configurations_update on ai_configurations for update to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))))
  with check (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_usage_daily_select on ai_usage_daily for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_usage_daily_service_select on ai_usage_daily for select to ai_config_service, service_role
  using (true);

create policy ai_usage_daily_token_select on ai_usage_daily for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{usage:read}'::text[]) AS token_organization)));

create policy ai_usage_events_select on ai_usage_events for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_usage_events_service_select on ai_usage_events for select to ai_config_service, service_role
  using (true);

create policy ai_usage_events_token_select on ai_usage_events for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{usage:read}'::text[]) AS token_organization)));

create policy ai_usage_hourly_select on ai_usage_hourly for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_usage_hourly_service_select on ai_usage_hourly for select to ai_config_service, service_role
  using (true);

create policy ai_usage_hourly_token_select on ai_usage_hourly for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{usage:read}'::text[]) AS token_organization)));

create policy budget_alerts_select on budget_alerts for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy budget_alerts_service_select on budget_alerts for select to ai_config_service, service_role
  using (true);

create policy budget_alerts_token_select on budget_alerts for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{usage:read}'::text[]) AS token_organization)));

create policy accounts_identity on identity.accounts for all to ai_config_identity
  using (true)
  with check (true);

create policy issuer_accounts_identity on identity.issuer_accounts for all to ai_config_identity
  using (true)
  with check (true);

create policy request_limits_identity on identity.request_limits for all to ai_config_identity
  using (true)
  with check (true);

create policy sessions_identity on identity.sessions for all to ai_config_identity
  using (true)
  with check (true);

create policy two_factors_identity on identity.two_factors for all to ai_config_identity
  using (true)
  with check (true);

create policy verifications_identity on identity.verifications for all to ai_config_identity
  using (true)
  with check (true);

create policy organization_invitations_delete on organization_invitations for delete to authenticated
  using (((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner}'::text[]) AS organization_ids))) OR ((role <> 'owner'::text) AND (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))))));

create policy organization_invitations_insert on organization_invitations for insert to authenticated
  with check (((invited_by = ( SELECT auth.uid() AS uid)) AND ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner}'::text[]) AS organization_ids))) OR ((role <> 'owner'::text) AND (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))))));

create policy organization_invitations_select on organization_invitations for select to authenticated
  using ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))));

create policy organization_invitations_service on organization_invitations for all to ai_config_service, service_role
  using (true)
  with check (true);

create policy organization_members_delete on organization_members for delete to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner}'::text[]) AS organization_ids))) OR ((role <> 'owner'::text) AND (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))))));

create policy organization_members_select on organization_members for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin,member,viewer}'::text[]) AS organization_ids)))));

create policy organization_members_service_role on organization_members for all to service_role
  using (true)
  with check (true);

create policy organization_members_service_select on organization_members for select to ai_config_service
  using (true);

create policy organization_members_token_select on organization_members for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{members:read}'::text[]) AS token_organization)));

create policy organization_members_update on organization_members for update to authenticated
  using (((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner}'::text[]) AS organization_ids))) OR ((role <> 'owner'::text) AND (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))))))
  with check (((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner}'::text[]) AS organization_ids))) OR ((role <> 'owner'::text) AND (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))))));

create policy organization_policies_insert on organization_policies for insert to authenticated
  with check ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))));

create policy organization_policies_select on organization_policies for select to authenticated
  using ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin,member,viewer}'::text[]) AS organization_ids))));

create policy organization_policies_service_role on organization_policies for all to service_role
  using (true)
  with check (true);

create policy organization_policies_service_select on organization_policies for select to ai_config_service
  using (true);

create policy organization_policies_token_select on organization_policies for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{policy:read,configurations:write}'::text[]) AS token_organization)));

create policy organization_policies_update on organization_policies for update to authenticated
  using ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))))
  with check ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))));

create policy organizations_delete on organizations for delete to authenticated
  using ((id = ANY (ARRAY( SELECT private.organization_ids('{owner}'::text[]) AS organization_ids))));

create policy organizations_select on organizations for select to authenticated
  using ((id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin,member,viewer}'::text[]) AS organization_ids))));

create policy organizations_service_role on organizations for all to service_role
  using (true)
  with check (true);

create policy organizations_service_select on organizations for select to ai_config_service
  using (true);

create policy organizations_token_select on organizations for select to ai_config_token
  using ((id = ( SELECT private.token_organization('{}'::text[]) AS token_organization)));

create policy organizations_update on organizations for update to authenticated
  using ((id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))))
  with check ((id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))));

create policy admission_leases_service on private.admission_leases for select to ai_config_service
  using (true);

create policy admission_scopes_service on private.admission_scopes for select to ai_config_service
  using (true);

create policy ai_provider_keys_delete on private.ai_provider_keys for delete to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids)))));

create policy ai_provider_keys_select on private.ai_provider_keys for select to authenticated
  using (((user_id = ( SELECT auth.uid() AS uid)) OR (organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin,member,viewer}'::text[]) AS organization_ids)))));

create policy ai_provider_keys_service on private.ai_provider_keys for all to ai_config_service, service_role
  using (true)
  with check (true);

create policy ai_provider_keys_token_select on private.ai_provider_keys for select to ai_config_token
  using ((organization_id = ( SELECT private.token_organization('{keys:read,keys:write}'::text[]) AS token_organization)));

create policy audit_heads_service on private.audit_heads for select to ai_config_service
  using (true);

create policy budget_windows_service on private.budget_windows for select to ai_config_service
  using (true);

create policy kek_canaries_service on private.kek_canaries for all to ai_config_service
  using (true)
  with check (true);

create policy organization_snapshots_service on private.organization_snapshots for select to ai_config_service
  using (true);

create policy pending_calls_service on private.pending_calls for select to ai_config_service
  using (true);

create policy settled_calls_service on private.settled_calls for select to ai_config_service
  using (true);

create policy user_snapshots_service on private.user_snapshots for select to ai_config_service
  using (true);

create policy service_tokens_delete on service_tokens for delete to authenticated
  using ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))));

create policy service_tokens_insert on service_tokens for insert to authenticated
  with check ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))));

create policy service_tokens_select on service_tokens for select to authenticated
  using ((organization_id = ANY (ARRAY( SELECT private.organization_ids('{owner,admin}'::text[]) AS organization_ids))));

create policy service_tokens_service on service_tokens for all to ai_config_service, service_role
  using (true)
  with check (true);

-- Grants

grant execute on function get_ai_config_layers(uuid,uuid) to ai_config_service;
grant execute on function get_ai_config_layers(uuid,uuid) to authenticated;
grant execute on function get_ai_config_layers(uuid,uuid) to service_role;
grant execute on function get_effective_ai_config(uuid,uuid) to ai_config_service;
grant execute on function get_effective_ai_config(uuid,uuid) to authenticated;
grant execute on function get_effective_ai_config(uuid,uuid) to service_role;
grant execute on function private.accept_invitation(text,uuid) to authenticated;
grant execute on function private.act_as(text,text) to ai_config_app;
grant execute on function private.admit_call(text,text) to ai_config_app;
grant execute on function private.admit_calls(text) to ai_config_app;
grant execute on function private.audit_content(ai_configuration_audit) to ai_config_service;
grant execute on function private.audit_content(ai_configuration_audit) to ai_config_token;
grant execute on function private.audit_content(ai_configuration_audit) to authenticated;
grant execute on function private.audit_content(ai_configuration_audit) to service_role;
grant execute on function private.audit_record(ai_configuration_audit) to ai_config_service;
grant execute on function private.audit_record(ai_configuration_audit) to ai_config_token;
grant execute on function private.audit_record(ai_configuration_audit) to authenticated;
grant execute on function private.audit_record(ai_configuration_audit) to service_role;
grant execute on function private.bounded_paths() to ai_config_service;
grant execute on function private.bounded_paths() to authenticated;
grant execute on function private.bounded_paths() to service_role;
grant execute on function private.budget_figures(text) to ai_config_app;
grant execute on function private.config_problem(jsonb) to ai_config_service;
grant execute on function private.config_problem(jsonb) to ai_config_token;
grant execute on function private.config_problem(jsonb) to authenticated;
grant execute on function private.config_problem(jsonb) to service_role;
grant execute on function private.create_organization(text) to authenticated;
grant execute on function private.default_configuration() to ai_config_service;
grant execute on function private.default_configuration() to authenticated;
grant execute on function private.default_configuration() to service_role;
grant execute on function private.describe_users(uuid[]) to ai_config_service;
grant execute on function private.describe_users(uuid[]) to ai_config_token;
grant execute on function private.describe_users(uuid[]) to authenticated;
grant execute on function private.describe_users(uuid[]) to service_role;
grant execute on function private.field_of(jsonb,text) to ai_config_service;
grant execute on function private.field_of(jsonb,text) to authenticated;
grant execute on function private.field_of(jsonb,text) to service_role;
grant execute on function private.find_living_user(uuid) to ai_config_identity;
grant execute on function private.impose_policy(jsonb[],jsonb) to ai_config_service;
grant execute on function private.impose_policy(jsonb[],jsonb) to authenticated;
grant execute on function private.impose_policy(jsonb[],jsonb) to service_role;
grant execute on function private.json_double(jsonb) to ai_config_service;
grant execute on function private.json_double(jsonb) to ai_config_token;
grant execute on function private.json_double(jsonb) to authenticated;
grant execute on function private.json_double(jsonb) to service_role;
grant execute on function private.json_is_boolean(jsonb) to ai_config_service;
grant execute on function private.json_is_boolean(jsonb) to ai_config_token;
grant execute on function private.json_is_boolean(jsonb) to authenticated;
grant execute on function private.json_is_boolean(jsonb) to service_role;
grant execute on function private.json_is_number(jsonb,double precision,double precision,boolean) to ai_config_service;
grant execute on function private.json_is_number(jsonb,double precision,double precision,boolean) to ai_config_token;
grant execute on function private.json_is_number(jsonb,double precision,double precision,boolean) to authenticated;
grant execute on function private.json_is_number(jsonb,double precision,double precision,boolean) to service_role;
grant execute on function private.json_is_number_set(jsonb,double precision,double precision,integer) to ai_config_service;
grant execute on function private.json_is_number_set(jsonb,double precision,double precision,integer) to ai_config_token;
grant execute on function private.json_is_number_set(jsonb,double precision,double precision,integer) to authenticated;
grant execute on function private.json_is_number_set(jsonb,double precision,double precision,integer) to service_role;
grant execute on function private.json_is_option(jsonb,text[]) to ai_config_service;
grant execute on function private.json_is_option(jsonb,text[]) to ai_config_token;
grant execute on function private.json_is_option(jsonb,text[]) to authenticated;
grant execute on function private.json_is_option(jsonb,text[]) to service_role;
grant execute on function private.json_is_text(jsonb,integer,integer) to ai_config_service;
grant execute on function private.json_is_text(jsonb,integer,integer) to ai_config_token;
grant execute on function private.json_is_text(jsonb,integer,integer) to authenticated;
grant execute on function private.json_is_text(jsonb,integer,integer) to service_role;
grant execute on function private.json_is_text_list(jsonb,integer,integer) to ai_config_service;
grant execute on function private.json_is_text_list(jsonb,integer,integer) to ai_config_token;
grant execute on function private.json_is_text_list(jsonb,integer,integer) to authenticated;
grant execute on function private.json_is_text_list(jsonb,integer,integer) to service_role;
grant execute on function private.known_calls(text) to ai_config_app;
grant execute on function private.layer_of(text,jsonb) to ai_config_service;
grant execute on function private.layer_of(text,jsonb) to authenticated;
grant execute on function private.layer_of(text,jsonb) to service_role;
grant execute on function private.merge_layers(jsonb[]) to ai_config_service;
grant execute on function private.merge_layers(jsonb[]) to authenticated;
grant execute on function private.merge_layers(jsonb[]) to service_role;
grant execute on function private.merge_patch(jsonb,jsonb) to ai_config_service;
grant execute on function private.merge_patch(jsonb,jsonb) to ai_config_token;
grant execute on function private.merge_patch(jsonb,jsonb) to authenticated;
grant execute on function private.merge_patch(jsonb,jsonb) to service_role;
grant execute on function private.organization_ids(text[]) to authenticated;
grant execute on function private.policy_breaches(jsonb,jsonb,jsonb) to ai_config_service;
grant execute on function private.policy_breaches(jsonb,jsonb,jsonb) to authenticated;
grant execute on function private.policy_breaches(jsonb,jsonb,jsonb) to service_role;
grant execute on function private.policy_problem(jsonb) to ai_config_service;
grant execute on function private.policy_problem(jsonb) to authenticated;
grant execute on function private.policy_problem(jsonb) to service_role;
grant execute on function private.policy_rule_problem(text,jsonb) to ai_config_service;
grant execute on function private.policy_rule_problem(text,jsonb) to authenticated;
grant execute on function private.policy_rule_problem(text,jsonb) to service_role;
grant execute on function private.read_layers(text,text,uuid,uuid) to ai_config_app;
grant execute on function private.read_organization_layers(text,text,uuid) to ai_config_app;
grant execute on function private.record_alerts(text) to ai_config_app;
grant execute on function private.record_calls(text) to ai_config_app;
grant execute on function private.renew_calls(uuid[],double precision) to ai_config_app;
grant execute on function private.review_budgets(text,text) to ai_config_app;
grant execute on function private.set_default_organization(uuid) to authenticated;
grant execute on function private.settle_call(text,text,text) to ai_config_app;
grant execute on function private.settle_calls(text) to ai_config_app;
grant execute on function private.spent_in_windows(text) to ai_config_app;
grant execute on function private.sweep_calls() to ai_config_app;
grant execute on function private.token_organization(text[]) to ai_config_token;
grant execute on function private.use_service_token(bytea) to ai_config_app;
grant execute on function private.verify_audit(uuid,uuid) to ai_config_service;
grant execute on function private.verify_audit(uuid,uuid) to ai_config_token;
grant execute on function private.verify_audit(uuid,uuid) to authenticated;
grant execute on function private.verify_audit(uuid,uuid) to service_role;
grant execute on function private.verify_audit_part(uuid,uuid,bigint,bytea,integer) to ai_config_service;
grant execute on function private.verify_audit_part(uuid,uuid,bigint,bytea,integer) to ai_config_token;
grant execute on function private.verify_audit_part(uuid,uuid,bigint,bytea,integer) to authenticated;
grant execute on function private.verify_audit_part(uuid,uuid,bigint,bytea,integer) to service_role;
grant execute on function private.write_pending_calls(uuid[]) to ai_config_app;
grant execute on function private.write_pending_calls_of(text[]) to ai_config_app;
grant execute on function private.write_settled_calls(uuid[]) to ai_config_app;
grant usage on schema identity to ai_config_identity;
grant usage on schema private to ai_config_app;
grant usage on schema private to ai_config_identity;
grant usage on schema private to ai_config_service;
grant usage on schema private to ai_config_token;
grant usage on schema private to authenticated;
grant usage on schema private to service_role;
grant select on table ai_configuration_audit to ai_config_service;
grant select on table ai_configuration_audit to ai_config_token;
grant select on table ai_configuration_audit to authenticated;
grant select on table ai_configuration_audit to service_role;
grant delete, insert, select, update (config_name, configuration, is_active, priority) on table ai_configurations to ai_config_service;
grant delete, insert, select, update (config_name, configuration, is_active, priority) on table ai_configurations to ai_config_token;
grant delete, insert, select, update (config_name, configuration, is_active, priority) on table ai_configurations to authenticated;
grant delete, insert, select, update (config_name, configuration, is_active, priority) on table ai_configurations to service_role;
grant select on table ai_usage_daily to ai_config_service;
grant select on table ai_usage_daily to ai_config_token;
grant select on table ai_usage_daily to authenticated;
grant select on table ai_usage_daily to service_role;
grant select on table ai_usage_events to ai_config_service;
grant select on table ai_usage_events to ai_config_token;
grant select on table ai_usage_events to authenticated;
grant select on table ai_usage_events to service_role;
grant select on table ai_usage_hourly to ai_config_service;
grant select on table ai_usage_hourly to ai_config_token;
grant select on table ai_usage_hourly to authenticated;
grant select on table ai_usage_hourly to service_role;
grant select on table budget_alerts to ai_config_service;
grant select on table budget_alerts to ai_config_token;
grant select on table budget_alerts to authenticated;
grant select on table budget_alerts to service_role;
grant delete, insert, select, update on table identity.accounts to ai_config_identity;
grant delete, insert, select, update on table identity.issuer_accounts to ai_config_identity;
grant delete, insert, select, update on table identity.request_limits to ai_config_identity;
grant delete, insert, select, update on table identity.sessions to ai_config_identity;
grant delete, insert, select, update on table identity.two_factors to ai_config_identity;
grant delete, insert, select, update on table identity.verifications to ai_config_identity;
grant delete, insert, select, update on table organization_invitations to ai_config_service;
grant delete, insert, select (id, organization_id, email, role, invited_by, created_at, expires_at, accepted_at, accepted_by) on table organization_invitations to authenticated;
grant delete, insert, select, update on table organization_invitations to service_role;
grant select on table organization_members to ai_config_service;
grant select on table organization_members to ai_config_token;
grant delete, select, update (role) on table organization_members to authenticated;
grant delete, insert, select, update on table organization_members to service_role;
grant select on table organization_policies to ai_config_service;
grant select on table organization_policies to ai_config_token;
grant insert, select, update (policy) on table organization_policies to authenticated;
grant insert, select, update (policy) on table organization_policies to service_role;
grant select on table organizations to ai_config_service;
grant select on table organizations to ai_config_token;
grant delete, select, update (name) on table organizations to authenticated;
grant delete, insert, select, update on table organizations to service_role;
grant delete, insert, select, update (slot, sealed, kek_id, fingerprint, hint, key_version, status, verified_at, expires_at, last_used_at) on table private.ai_provider_keys to ai_config_service;
grant select (id, user_id, organization_id, provider, slot, hint, key_version, status, verified_at, created_at, expires_at, last_used_at) on table private.ai_provider_keys to ai_config_token;
grant delete, select (id, user_id, organization_id, provider, slot, hint, key_version, status, verified_at, created_at, expires_at, last_used_at) on table private.ai_provider_keys to authenticated;
grant delete, insert, select, update (slot, sealed, kek_id, fingerprint, hint, key_version, status, verified_at, expires_at, last_used_at) on table private.ai_provider_keys to service_role;
grant delete, insert, select on table private.kek_canaries to ai_config_service;
grant delete, insert, select on table service_tokens to ai_config_service;
grant delete, insert, select (id, organization_id, name, hint, actions, created_by, created_at, expires_at, last_used_at) on table service_tokens to authenticated;
grant delete, insert, select on table service_tokens to service_role;
