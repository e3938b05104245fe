-- A JSON number as JavaScript reads it: rounded to a double, tiny ones to zero. Beyond what a double can hold
-- the magnitude no longer matters, as every bound is far below it.
create or replace function private.json_double(value jsonb) returns double precision
  language sql immutable strict parallel safe set search_path = '' as $$
  select case
    when abs(n) < 2.4703282292062328e-324 then 0
    when abs(n) > 1e300 then sign(n) * 1e300
    else n
  end::double precision
  from (select (value #>> '{}')::numeric) as number (n)
$$;
--> statement-breakpoint
create or replace function private.json_is_number(value jsonb, low double precision, high double precision, whole boolean)
  returns boolean language sql immutable strict parallel safe set search_path = '' as $$
  select case when jsonb_typeof(value) = 'number' then
    (select n between low and high and (not whole or n = trunc(n)) from private.json_double(value) as n)
  else false end
$$;
--> statement-breakpoint
create or replace function private.json_is_number_set(value jsonb, low double precision, high double precision, length_max integer)
  returns boolean language sql immutable strict parallel safe set search_path = '' as $$
  select case
    when jsonb_typeof(value) <> 'array' then false
    when jsonb_array_length(value) > length_max then false
    else (
      select coalesce(bool_and(private.json_is_number(item, low, high, false)), true)
        and count(distinct case when jsonb_typeof(item) = 'number' then private.json_double(item) end) = count(*)
      from jsonb_array_elements(value) as item
    )
  end
$$;
--> statement-breakpoint
create or replace function private.json_is_boolean(value jsonb) returns boolean
  language sql immutable strict parallel safe set search_path = '' as $$
  select jsonb_typeof(value) = 'boolean'
$$;
--> statement-breakpoint
create or replace function private.json_is_option(value jsonb, options text[]) returns boolean
  language sql immutable strict parallel safe set search_path = '' as $$
  select jsonb_typeof(value) = 'string' and value #>> '{}' = any (options)
$$;
--> statement-breakpoint
-- Lengths in UTF-16 units, as JavaScript counts them.
create or replace function private.json_is_text(value jsonb, length_min integer, length_max integer) returns boolean
  language sql immutable strict parallel safe set search_path = '' as $$
  select jsonb_typeof(value) = 'string'
    and char_length(regexp_replace(value #>> '{}', '[\U00010000-\U0010ffff]', 'xx', 'g')) between length_min and length_max
$$;
--> statement-breakpoint
-- Written by `pnpm --filter @ai-config/db configuration-check` from the field registry.
create or replace function private.config_problem(c jsonb) returns text
  language sql immutable parallel safe set search_path = '' as $$
  select case
    when jsonb_typeof(c) is distinct from 'object' then ': invalid_type'
    when octet_length(c::text) > 65536 then ': too_large'
    when c::text ~ 'sk-ant-[A-Za-z0-9_-]{6}' then ': secret_not_allowed'
    when jsonb_path_exists(c, '$.** ? (@.type() == "object").keyvalue() ? (@.key == "__proto__" || @.key == "constructor" || @.key == "prototype")', '{}', true) then ': reserved_key'
    when c - array['model', 'rateLimiting', 'retryStrategy', 'costBudget', 'apiKeys', 'timeouts'] <> '{}' then ': unknown_field'
    when jsonb_typeof(c -> 'model') <> 'object' then 'model: invalid_type'
    when (c -> 'model') - array['model', 'temperature', 'maxTokens', 'topP', 'streaming'] <> '{}' then 'model: unknown_field'
    when not private.json_is_text(c -> 'model' -> 'model', 1, 100) then 'model.model: invalid_value'
    when not private.json_is_number(c -> 'model' -> 'temperature', 0, 1, false) then 'model.temperature: invalid_value'
    when not private.json_is_number(c -> 'model' -> 'maxTokens', 1, 128000, true) then 'model.maxTokens: invalid_value'
    when not private.json_is_number(c -> 'model' -> 'topP', 0, 1, false) then 'model.topP: invalid_value'
    when not private.json_is_boolean(c -> 'model' -> 'streaming') then 'model.streaming: invalid_value'
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
    when (c -> 'costBudget') - array['dailyBudget', 'weeklyBudget', 'monthlyBudget', 'alertThresholds'] <> '{}' then 'costBudget: unknown_field'
    when not private.json_is_number(c -> 'costBudget' -> 'dailyBudget', 0, 1000000000, false) then 'costBudget.dailyBudget: invalid_value'
    when not private.json_is_number(c -> 'costBudget' -> 'weeklyBudget', 0, 1000000000, false) then 'costBudget.weeklyBudget: invalid_value'
    when not private.json_is_number(c -> 'costBudget' -> 'monthlyBudget', 0, 1000000000, false) then 'costBudget.monthlyBudget: invalid_value'
    when not private.json_is_number_set(c -> 'costBudget' -> 'alertThresholds', 0, 1, 10) then 'costBudget.alertThresholds: invalid_value'
    when jsonb_typeof(c -> 'apiKeys') <> 'object' then 'apiKeys: invalid_type'
    when (c -> 'apiKeys') - array['rotationSchedule'] <> '{}' then 'apiKeys: unknown_field'
    when not private.json_is_option(c -> 'apiKeys' -> 'rotationSchedule', array['manual', 'monthly', 'quarterly']) then 'apiKeys.rotationSchedule: invalid_value'
    when jsonb_typeof(c -> 'timeouts') <> 'object' then 'timeouts: invalid_type'
    when (c -> 'timeouts') - array['generationTimeout', 'connectionTimeout', 'totalRequestTimeout'] <> '{}' then 'timeouts: unknown_field'
    when not private.json_is_number(c -> 'timeouts' -> 'generationTimeout', 1, 3600000, true) then 'timeouts.generationTimeout: invalid_value'
    when not private.json_is_number(c -> 'timeouts' -> 'connectionTimeout', 1, 3600000, true) then 'timeouts.connectionTimeout: invalid_value'
    when not private.json_is_number(c -> 'timeouts' -> 'totalRequestTimeout', 1, 3600000, true) then 'timeouts.totalRequestTimeout: invalid_value'
  end
$$;
