-- A layer that sets one field, from the field's path.
create or replace function private.layer_of(path text, value jsonb) returns jsonb
  language sql immutable parallel safe set search_path = '' as $$
  select jsonb_build_object(split_part(path, '.', 1),
    jsonb_build_object(substr(path, strpos(path || '.', '.') + 1), value))
$$;
--> statement-breakpoint
create or replace function private.field_of(layer jsonb, path text) returns jsonb
  language sql immutable parallel safe set search_path = '' as $$
  select layer -> split_part(path, '.', 1) -> substr(path, strpos(path || '.', '.') + 1)
$$;
--> statement-breakpoint
-- What is wrong with the rule of one field, as "path: code", or null.
create or replace function private.policy_rule_problem(path text, rule jsonb) returns text
  language plpgsql immutable parallel safe set search_path = '' as $$
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
end $$;
--> statement-breakpoint
-- What `validatePolicy` refuses, in SQL, except for models that the catalogue does not know: "path: code" for the
-- first problem, never with a value.
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
  elsif p::text ~ 'sk-ant-[A-Za-z0-9_-]{6}' then
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
-- What layers, weakest first, give under a policy: each of its rules judges what applies, which is the built-in
-- default where no layer says anything. Answers what the layers say and what the policy changed, without the
-- other defaults. The library's `imposePolicy`, in SQL.
create or replace function private.impose_policy(layers jsonb[], policy jsonb) returns jsonb
  language plpgsql immutable parallel safe set search_path = '' as $$
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
end $$;
--> statement-breakpoint
-- The fields of a layer that a policy refuses to have stored, as "path: code". What was there before and stays as
-- it is counts for nothing: it is limited where it is read, and must not keep anybody from changing another
-- field. The library's `findBreaches`, in SQL.
create or replace function private.policy_breaches(policy jsonb, layer jsonb, before jsonb default null) returns text[]
  language plpgsql immutable parallel safe set search_path = '' as $$
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
end $$;
--> statement-breakpoint
revoke execute on function private.layer_of(text, jsonb), private.field_of(jsonb, text),
  private.default_configuration(), private.bounded_paths(), private.policy_rule_problem(text, jsonb),
  private.policy_problem(jsonb), private.impose_policy(jsonb[], jsonb), private.policy_breaches(jsonb, jsonb, jsonb)
  from public, anon;
--> statement-breakpoint
grant execute on function private.layer_of(text, jsonb), private.field_of(jsonb, text),
  private.default_configuration(), private.bounded_paths(), private.policy_rule_problem(text, jsonb),
  private.policy_problem(jsonb), private.impose_policy(jsonb[], jsonb), private.policy_breaches(jsonb, jsonb, jsonb)
  to authenticated, ai_config_service, service_role;
