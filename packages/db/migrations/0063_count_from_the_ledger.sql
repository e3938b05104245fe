-- A window that is made in its middle, because a budget is set or its days begin elsewhere, begins with what the ledger holds of
-- it, not at nothing.
create function private.ledger_cost(p_scope text, p_from timestamptz, p_to timestamptz) returns numeric
language plpgsql stable set search_path to '' set enable_seqscan to 'off'
as $$
declare
  owner text[] := string_to_array(p_scope, ':');
  first timestamptz := least(p_to, date_trunc('hour', p_from + interval '1 hour' - interval '1 microsecond', 'UTC'));
  last timestamptz := greatest(first, date_trunc('hour', p_to, 'UTC'));
  answer numeric;
begin
  -- Whole hours from their sums, what begins and ends the window from the calls.
  if owner[1] = 'user' then
    select sum(x.cost) into answer from (
      select h.cost from public.ai_usage_hourly h
        where h.user_id = owner[2]::uuid and h.starts_at >= first and h.starts_at < last
      union all
      select e.cost from public.ai_usage_events e
        where e.user_id = owner[2]::uuid and e.started_at >= p_from and e.started_at < first
      union all
      select e.cost from public.ai_usage_events e
        where e.user_id = owner[2]::uuid and e.started_at >= last and e.started_at < p_to) x;
  else
    select sum(x.cost) into answer from (
      select h.cost from public.ai_usage_hourly h
        where h.organization_id = owner[2]::uuid and h.starts_at >= first and h.starts_at < last
      union all
      select e.cost from public.ai_usage_events e
        where e.organization_id = owner[2]::uuid and e.started_at >= p_from and e.started_at < first
      union all
      select e.cost from public.ai_usage_events e
        where e.organization_id = owner[2]::uuid and e.started_at >= last and e.started_at < p_to) x;
  end if;
  return coalesce(answer, 0);
end $$;
--> statement-breakpoint
revoke execute on function private.ledger_cost(text, timestamptz, timestamptz) from public, anon, authenticated, service_role;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.budget_window_id(p_scope text, p_period text, p_start_ms double precision, p_end_ms double precision)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  found_id bigint;
begin
  loop
    select w.id into found_id from private.budget_windows w
      where w.scope = p_scope and w.period = p_period and w.starts_at = to_timestamp(p_start_ms / 1000);
    exit when found;
    insert into private.budget_windows (scope, period, starts_at, ends_at, spent)
      values (p_scope, p_period, to_timestamp(p_start_ms / 1000), to_timestamp(p_end_ms / 1000),
        private.ledger_cost(p_scope, to_timestamp(p_start_ms / 1000), to_timestamp(p_end_ms / 1000)))
      on conflict do nothing;
  end loop;
  return found_id;
end $function$;
--> statement-breakpoint
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
      select ltrim(',["' || trim_scale(coalesce(w.spent, private.ledger_cost(b.value ->> 0,
          to_timestamp((c.value ->> 0)::double precision / 1000), to_timestamp((c.value ->> 1)::double precision / 1000)))) || '","' || trim_scale(coalesce(w.reserved, 0)) || '",' || (c.value ->> 0)::double precision || ',' || (c.value ->> 1)::double precision || ']', ',')
        from jsonb_array_elements(b.value -> 2) as c
        left join private.budget_windows w on w.scope = b.value ->> 0 and w.period = b.value ->> 1
          and w.starts_at = to_timestamp((c.value ->> 0)::double precision / 1000)
        where (c.value ->> 0)::double precision <= now_ms and now_ms < (c.value ->> 1)::double precision limit 1
    ), 'null'), ',' order by b.place) into answers
    from jsonb_array_elements(p::jsonb) with ordinality as b (value, place);
  return '[' || coalesce(answers, '') || ']';
end $function$;
--> statement-breakpoint
-- The windows of a settlement whose lease is gone, made where there are none. Limits and their numbers of budgets by place.
create function private.settlement_windows(p_settlement jsonb, p_limits jsonb[], p_counts integer[]) returns bigint[]
language plpgsql set search_path to '' set enable_seqscan to 'off'
as $$
declare
  windows jsonb := p_settlement -> 3;
  ids bigint[] := '{}';
  at_budget integer := 0;
  known integer;
begin
  for place in 0 .. jsonb_array_length(p_settlement -> 2) - 1 loop
    known := (p_settlement -> 2 ->> place)::integer + 1;
    for budget in 0 .. p_counts[known] - 1 loop
      ids := ids || private.budget_window_id(p_limits[known] ->> 's', p_limits[known] -> 'w' -> budget ->> 0,
        (windows -> at_budget ->> 0)::double precision, (windows -> at_budget ->> 1)::double precision);
      at_budget := at_budget + 1;
    end loop;
  end loop;
  return ids;
end $$;
--> statement-breakpoint
revoke execute on function private.settlement_windows(jsonb, jsonb[], integer[]) from public, anon, authenticated, service_role;
--> statement-breakpoint
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
  -- Windows of each settlement one after the other.
  o_id bigint[] := '{}';
  f_id bigint[]; f_spent numeric[]; f_reserved numeric[]; f_alerted text[];
  ids bigint[]; id uuid; known integer; place integer; limit_place integer; budget integer; threshold integer; at_budget integer; cursor integer := 0;
  lease integer; figures text; answers text := ''; v_booked boolean[] := '{}'; v_late boolean[] := '{}';
  -- Limits by place, how many budgets they have, and what was said of them last, for which windows.
  l_item jsonb[]; l_count integer[]; l_said_ids text[]; l_said text[]; own_ids text; said text;
begin
  perform private.lock_scopes(array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l));
  at := private.admission_now();
  select array_agg(l.value order by l.place), array_agg(jsonb_array_length(l.value -> 'w') order by l.place)
    into l_item, l_count from jsonb_array_elements(calls -> 'l') with ordinality as l (value, place);
  l_said_ids := array_fill(null::text, array[cardinality(l_item)]);
  l_said := l_said_ids;

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
    update private.budget_windows w set spent = w.spent + d.spent, reserved = w.reserved - d.reserved
      from (select u.id, sum(u.spent) as spent, sum(u.reserved) as reserved
        from unnest(d_id, d_spent, d_reserved) as u (id, spent, reserved) group by u.id) d
      where w.id = d.id;
  end if;
  select array_agg(w.id), array_agg(w.spent), array_agg(w.reserved), array_agg(w.alerted)
    into f_id, f_spent, f_reserved, f_alerted from private.budget_windows w where w.id = any (o_id);

  place := 0;
  for settlement in select s.value from jsonb_array_elements(calls -> 's') with ordinality as s (value, place) order by s.place loop
    place := place + 1;
    figures := '';
    alerts := '[]';
    windows := settlement -> 3;
    at_budget := 0;
    for known in 0 .. jsonb_array_length(settlement -> 2) - 1 loop
      limit_place := (settlement -> 2 ->> known)::integer + 1;
      own_ids := o_id[cursor + 1 : cursor + l_count[limit_place]]::text;
      -- Figures are those at the end of the batch, and its first settlement told what is due.
      if own_ids = l_said_ids[limit_place] then
        figures := figures || l_said[limit_place];
        cursor := cursor + l_count[limit_place];
        at_budget := at_budget + l_count[limit_place];
        continue;
      end if;
      limits := l_item[limit_place];
      said := '';
      for budget in 0 .. l_count[limit_place] - 1 loop
        part := limits -> 'w' -> budget;
        cursor := cursor + 1;
        lease := array_position(f_id, o_id[cursor]);
        said := said || ',["' || trim_scale(f_spent[lease]) || '","' || trim_scale(f_reserved[lease]) || '",'
          || (windows -> at_budget ->> 0)::double precision || ',' || (windows -> at_budget ->> 1)::double precision || ']';
        if v_booked[place] then
          for threshold in 0 .. jsonb_array_length(part -> 3) - 1 loop
            item := part -> 3 -> threshold;
            exit when f_spent[lease] < (item ->> 1)::numeric;
            if position(';' || (item ->> 0) || ';' in f_alerted[lease]) = 0 then
              f_alerted[lease] := f_alerted[lease] || (item ->> 0) || ';';
              alerts := alerts || jsonb_build_array(jsonb_build_array(limits -> 's', part -> 0, item -> 2, part -> 1,
                trim_scale(f_spent[lease])::text, windows -> at_budget -> 0, windows -> at_budget -> 1));
            end if;
          end loop;
        end if;
        at_budget := at_budget + 1;
      end loop;
      figures := figures || said;
      if v_booked[place] then
        l_said_ids[limit_place] := own_ids;
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
end $function$;
