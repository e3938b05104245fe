-- The library takes our own service tokens for secrets too, and so does the database from here on.
ALTER TABLE "organizations" DROP CONSTRAINT "organizations_name_check";--> statement-breakpoint
ALTER TABLE "organization_invitations" DROP CONSTRAINT "organization_invitations_email_check";--> statement-breakpoint
ALTER TABLE "ai_configurations" DROP CONSTRAINT "ai_configurations_name_check";--> statement-breakpoint
ALTER TABLE "service_tokens" DROP CONSTRAINT "service_tokens_name_check";--> statement-breakpoint
ALTER TABLE "ai_call_ledger" DROP CONSTRAINT "ai_call_ledger_label_check";--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_name_check" CHECK (char_length("organizations"."name") between 1 and 120 and "organizations"."name" = btrim("organizations"."name") and "organizations"."name" !~ '[[:cntrl:]]' and "organizations"."name" !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}');--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD CONSTRAINT "organization_invitations_email_check" CHECK (char_length("organization_invitations"."email") <= 320 and "organization_invitations"."email" !~ '[[:cntrl:]]' and "organization_invitations"."email" !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}');--> statement-breakpoint
ALTER TABLE "ai_configurations" ADD CONSTRAINT "ai_configurations_name_check" CHECK ("ai_configurations"."config_name" is nfc normalized and "ai_configurations"."config_name" ~ '^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$' and "ai_configurations"."config_name" !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}');--> statement-breakpoint
ALTER TABLE "service_tokens" ADD CONSTRAINT "service_tokens_name_check" CHECK (char_length("service_tokens"."name") between 1 and 80 and "service_tokens"."name" = btrim("service_tokens"."name") and "service_tokens"."name" !~ '[[:cntrl:]]' and "service_tokens"."name" !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}');--> statement-breakpoint
ALTER TABLE "ai_call_ledger" ADD CONSTRAINT "ai_call_ledger_label_check" CHECK (char_length("ai_call_ledger"."label") <= 200 and "ai_call_ledger"."label" !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}');
--> statement-breakpoint
create or replace function private.policy_problem(p jsonb) returns text
  language plpgsql immutable parallel safe set search_path = '' as $$
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
end $$;
--> statement-breakpoint
-- What the words around a change are in the audit: whoever says them may be at a prompt of SQL, with a key in hand.
create or replace function private.without_secrets(words text) returns text
  language sql immutable parallel safe strict set search_path = '' as $$
  select regexp_replace(regexp_replace(words, '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6,}', '[secret]', 'g'),
    '(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]+[.]eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*', '[secret]', 'g')
$$;
--> statement-breakpoint
revoke execute on function private.without_secrets(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
create or replace function private.write_audit(p_subject text, p_config_id uuid, p_user_id uuid,
  p_organization_id uuid, p_config_name text, p_action text, p_version integer, p_old jsonb, p_new jsonb)
  returns void language plpgsql security definer set search_path = '' as $$
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
end $$;
