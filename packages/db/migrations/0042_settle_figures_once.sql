-- Settlements of one batch that share limits and windows share what is said of them: read once, told to each.
-- Books the cost of calls that ended, frees what they held and writes the ledger. `p` is JSON: `l` the limits, each
-- once; `s` the settlements, [id, cost, [places in l], [[start ms, end ms] of each budget's window], entry of the
-- ledger]. Answers JSON, side by side with `s`: [was booked, was late, figures, alerts].
create or replace function private.settle_calls(p text) returns text
  language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
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

  with entries as (
    insert into public.ai_call_ledger
      select e.* from jsonb_array_elements(calls -> 's') as s,
        jsonb_populate_record(null::public.ai_call_ledger, s.value -> 4
          || jsonb_build_object('id', s.value -> 0, 'cost', s.value -> 1, 'settled_at', at)) as e
      on conflict do nothing
      returning ai_call_ledger.id
  ) select array_agg(entries.id) into booked from entries;

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
      ids := '{}';
      windows := settlement -> 3;
      at_budget := 0;
      for place in 0 .. jsonb_array_length(settlement -> 2) - 1 loop
        known := (settlement -> 2 ->> place)::integer + 1;
        item := l_item[known];
        for budget in 0 .. l_count[known] - 1 loop
          ids := ids || private.budget_window_id(item ->> 's', item -> 'w' -> budget ->> 0,
            (windows -> at_budget ->> 0)::double precision, (windows -> at_budget ->> 1)::double precision);
          at_budget := at_budget + 1;
        end loop;
      end loop;
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
end $$;
