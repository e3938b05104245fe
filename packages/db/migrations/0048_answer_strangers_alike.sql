-- A comparison with NULL is neither true nor false: who may verify is said so that only what is true lets in. An admin
-- of any organization could verify the audit of any account, and so count its changes.
create or replace function private.verify_audit(p_user_id uuid, p_organization_id uuid) returns jsonb
  language plpgsql stable security definer set search_path = '' as $$
declare
  asking text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  previous bytea := '';
  checked bigint := 0;
  forgotten bigint := 0;
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
    select * from public.ai_configuration_audit a
    where case when p_user_id is null then a.organization_id = p_organization_id
      else a.user_id = p_user_id and a.organization_id is null end
    order by a.seq
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
  if problem is null then
    select * into head from private.audit_heads h
      where h.owner = private.audit_owner(p_user_id, p_organization_id);
    if coalesce(head.seq, 0) <> checked then
      problem := jsonb_build_object('kind', 'missing', 'seq', checked + 1);
    elsif head.hash <> previous then
      problem := jsonb_build_object('kind', 'altered', 'seq', checked);
    end if;
  end if;
  return jsonb_build_object('checked', checked, 'forgotten', forgotten, 'head', encode(previous, 'hex'),
    'problem', problem);
end $$;
--> statement-breakpoint
create or replace function private.touch_configuration() returns trigger
  language plpgsql security definer set search_path = '' as $$
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
end $$;
--> statement-breakpoint
-- No sum is greater than NULL or NaN, so a limit that is no number would let everything pass. Runtimes check what they
-- send; this is for one that does not.
create or replace function private.refuse_strange_limits(parts text[]) returns void
  language plpgsql immutable set search_path = '' as $$
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
    -- The same as sums, where a budget that only warns has no end.
    or cardinality(parts) > 12 and (
      translate(replace(concat(parts[13], parts[15]), 'NULL', ''), '0123456789.,{}e+-', '') <> ''
      or translate(concat(parts[14], parts[16], parts[17], parts[26]), '0123456789.,{}e+', '') <> ''
      or translate(replace(concat(parts[22], parts[23]), 'Infinity', ''), '0123456789.,{}', '') <> '')
  ) is not false then
    raise exception 'Limits are numbers of 0 or more.' using errcode = '22023';
  end if;
end $$;
--> statement-breakpoint
revoke execute on function private.refuse_strange_limits(text[]) from public, anon, authenticated, service_role;
--> statement-breakpoint
create or replace function private.admit_calls(p text) returns text
language plpgsql security definer
set search_path to '' set enable_seqscan to off set plan_cache_mode to force_generic_plan
as $function$
declare
  parts text[] := string_to_array(p, '|');
  l_scope text[] := parts[2]::text[];
  t_due numeric[];
  t_key text[];
  answer text;
begin
  perform private.refuse_strange_limits(parts);
  -- An admission that a crash of the server takes along lasted no longer than its call, which is booked all the same.
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_scopes(parts[1]::text[]);
  -- Where all that is asked for fits, it makes no difference who was first, so sums decide. Otherwise this writes nothing.
  if cardinality(parts) > 12 then
    t_due := parts[8]::numeric[];
    t_key := parts[9]::text[];
    with t as materialized (
      select n.at, extract(epoch from n.at)::double precision * 1000 as now_ms
        from (select private.admission_now() as at offset 0) n
    ), s as materialized (
      select a.scope, a.running + u.calls as running,
          case when u.every is null then a.empty_at else greatest(a.empty_at, t.now_ms) + u.calls * u.every end as empty_at,
          least(a.next_end, t.at + u.lease_ms * interval '1 millisecond') as next_end
        from t, unnest(l_scope, parts[13]::double precision[], parts[14]::double precision[],
          parts[15]::integer[], parts[16]::integer[], parts[17]::double precision[])
          as u (scope, every, burst, slots, calls, lease_ms)
        join private.admission_scopes a on a.scope = u.scope
        where a.next_end > t.at
          and (u.every is null or (a.interval_ms = u.every
            and greatest(a.empty_at, t.now_ms) + (u.calls - 1 - u.burst) * u.every <= t.now_ms))
          and (u.slots is null or a.running + u.calls <= u.slots)
    ), w as materialized (
      select b.id, c.place, c.candidate, b.spent, b.reserved + c.reserve as reserved, c.start_ms, c.end_ms
        from t, unnest(parts[18]::integer[], parts[19]::text[], parts[20]::double precision[],
          parts[21]::double precision[], parts[22]::numeric[], parts[23]::numeric[], parts[24]::integer[],
          parts[25]::integer[]) with ordinality
          as c (place, period, start_ms, end_ms, reserve, most, first_due, last_due, candidate)
        join private.budget_windows b on b.scope = l_scope[c.place] and b.period = c.period
          and b.starts_at = to_timestamp(c.start_ms / 1000)
        where c.start_ms <= t.now_ms and t.now_ms < c.end_ms
          and b.spent + b.reserved + c.reserve <= c.most
          and not exists (select from generate_series(c.first_due, c.last_due) as d
            where t_due[d] <= b.spent
              and position(';' || t_key[d] || ';' in b.alerted) = 0)
    ), g as materialized (
      select w.place, array_agg(w.id order by w.candidate) as ids from w group by w.place
    ), fits as materialized (
      select true as yes
        where (select count(*) from s) = cardinality(l_scope)
          and (select count(*) from w) = cardinality(parts[4]::text[])
          and not exists (select from unnest(parts[10]::uuid[]) as r (id)
            where (select true from private.admission_leases l where l.id = r.id offset 0)
              or (select true from public.ai_call_ledger l where l.id = r.id offset 0))
    ), counted as (
      update private.admission_scopes a set running = s.running, empty_at = s.empty_at, next_end = s.next_end
        from fits, s where a.scope = s.scope
    ), held as (
      update private.budget_windows b set reserved = w.reserved from fits, w where b.id = w.id
    ), leased as (
      insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, expires_at)
        select r.id, l_scope[r.one], l_scope[r.other],
            coalesce(one.ids, '{}') || coalesce(other.ids, '{}'), r.reserve, t.at + r.lease_ms * interval '1 millisecond'
          from fits, t, unnest(parts[10]::uuid[], parts[11]::numeric[], parts[26]::double precision[],
            parts[27]::integer[], parts[28]::integer[]) as r (id, reserve, lease_ms, one, other)
          left join g one on one.place = r.one
          left join g other on other.place = r.other
    )
    select '{"f":[' || coalesce(string_agg('["' || trim_scale(w.spent) || '","' || trim_scale(w.reserved) || '",'
        || w.start_ms || ',' || w.end_ms || ']', ',' order by w.candidate), '') || ']}'
      into answer from fits left join w on true group by fits.yes;
  end if;
  return coalesce(answer, private.admit_one_by_one(p));
end $function$;
