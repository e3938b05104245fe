-- What a call cost is added to the tallies that it was admitted by where no alert is due, and its record waits to be written
-- with others. Nobody waits for the disk here: whoever settled writes the record a moment later, which also says that all of
-- this is on disk, and settles again what a crash took along.
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

  perform private.fold_tallies(array(select l.value ->> 's' from unnest(l_item) as l (value)));
  if exists (select from jsonb_array_elements(calls -> 's') as s
      where not exists (select from private.admission_leases l where l.id = (s.value ->> 0)::uuid)) then
    -- It may be booked already and wait for the ledger, as may others of a window that is made below.
    while private.write_pending_calls(null) > 0 loop end loop;
  end if;
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
--> statement-breakpoint
create function private.settle_call(p_call text, p_limits text, p_record text) returns text
language plpgsql security definer set search_path to '' set enable_seqscan to 'off'
as $$
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
      insert into private.pending_calls (id, settled_at, cost, record) values (call_id, at, cost, p_record);
      done := set_config('synchronous_commit', 'off', true) is null;
      return '{"t":[' || one_told || coalesce(other_told, '') || ']}';
    end if;
  end if;
  return private.settle_one_by_one(p_limits || p_record || ']]}');
end $$;
--> statement-breakpoint
revoke execute on function private.settle_call(text, text, text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.settle_call(text, text, text) to ai_config_app;
--> statement-breakpoint
create or replace function private.settle_calls(p text) returns text
language plpgsql security definer set search_path to '' set enable_seqscan to 'off' set plan_cache_mode to 'force_generic_plan'
as $$
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
    select (s.value ->> 0)::uuid as id, (s.value ->> 1)::numeric as cost, (s.value -> 4)::text as record,
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
    insert into private.pending_calls (id, settled_at, cost, record) select s.id, t.at, s.cost, s.record from fits, t, s
  )
  select '{"t":[' || string_agg(concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]'), ',' order by a.place) || ']}'
    into answer from fits, a;
  if answer is null then return private.settle_one_by_one(p); end if;
  perform set_config('synchronous_commit', 'off', true);
  return answer;
end $$;
