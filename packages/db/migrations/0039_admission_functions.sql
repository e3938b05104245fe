-- The clock that counts: not that of a caller.
create or replace function private.admission_now() returns timestamptz
  language sql volatile set search_path = '' as $$ select clock_timestamp() $$;
--> statement-breakpoint
-- Frees what expired leases hold: of the given scopes, whose rows the caller holds, or of all. Whoever holds rows
-- already waits for no others, which could be waiting for those; such a lease is freed by somebody else.
create or replace function private.free_expired_leases(p_scopes text[]) returns integer
  language plpgsql set search_path = '' as $$
declare
  at timestamptz := private.admission_now();
  wanted text[];
  held text[];
  freed integer;
begin
  select array_agg(distinct s.scope) into wanted from (
    select l.scope from private.admission_leases l
      where l.expires_at <= at and (p_scopes is null or l.scope = any (p_scopes) or l.other_scope = any (p_scopes))
    union
    select l.other_scope from private.admission_leases l
      where l.expires_at <= at and (p_scopes is null or l.scope = any (p_scopes) or l.other_scope = any (p_scopes))
  ) s where s.scope is not null;
  if wanted is null then return 0; end if;
  if p_scopes is null then
    select array_agg(s.scope) into held from (
      select a.scope from private.admission_scopes a where a.scope = any (wanted) order by a.scope for update) s;
  else
    select array_agg(s.scope) into held from (
      select a.scope from private.admission_scopes a where a.scope = any (wanted) order by a.scope
      for update skip locked) s;
  end if;
  with dead as (
    delete from private.admission_leases l
      where l.expires_at <= at and l.scope = any (held) and (l.other_scope is null or l.other_scope = any (held))
        and (p_scopes is null or l.scope = any (p_scopes) or l.other_scope = any (p_scopes))
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
  return freed;
end $$;
--> statement-breakpoint
-- The row of a window, made where there is none.
create or replace function private.budget_window_id(p_scope text, p_period text, p_start_ms double precision,
  p_end_ms double precision) returns bigint language plpgsql set search_path = '' as $$
declare
  found_id bigint;
begin
  loop
    select w.id into found_id from private.budget_windows w
      where w.scope = p_scope and w.period = p_period and w.starts_at = to_timestamp(p_start_ms / 1000);
    exit when found;
    insert into private.budget_windows (scope, period, starts_at, ends_at)
      values (p_scope, p_period, to_timestamp(p_start_ms / 1000), to_timestamp(p_end_ms / 1000))
      on conflict do nothing;
  end loop;
  return found_id;
end $$;
--> statement-breakpoint
-- Writes down thresholds that were crossed, and says so to whoever listens.
create or replace function private.write_alerts(p_alerts jsonb) returns void
  language plpgsql set search_path = '' as $$
declare
  alert jsonb;
begin
  for alert in select a.value from jsonb_array_elements(p_alerts) as a loop
    insert into public.budget_alerts (user_id, organization_id, period, threshold, limit_usd, spent, starts_at, resets_at)
      values (
        case when alert ->> 0 like 'user:%' then substr(alert ->> 0, 6)::uuid end,
        case when alert ->> 0 like 'organization:%' then substr(alert ->> 0, 14)::uuid end,
        alert ->> 1, (alert ->> 2)::numeric, (alert ->> 3)::numeric, (alert ->> 4)::numeric,
        to_timestamp((alert ->> 5)::double precision / 1000), to_timestamp((alert ->> 6)::double precision / 1000));
    perform pg_notify('ai_config_budget_alerts', alert ->> 0);
  end loop;
end $$;
--> statement-breakpoint
-- Decides about calls that ask at the same moment, one after the other. `p` is JSON: `l` the limits, each once,
-- {s: scope, n: interval in ms or null, b: burst, c: slots or null, w: [[period, limit, blocks, [[key, due,
-- threshold]…], [[start ms, end ms]…]]…]}; `r` the requests, [id, reserve, lease ms, [places in l]]. Answers JSON,
-- side by side with `r`: ["a", figures] admitted, ["r", place in the request, limit, used, wait in ms, figures of
-- the budget] refused, ["n", period] no window fits the clock, ["s"] settled before; each with its alerts last.
create or replace function private.admit_calls(p text) returns text
  language plpgsql security definer set search_path = '' as $$
declare
  calls jsonb := p::jsonb;
  at timestamptz;
  now_ms double precision;
  item jsonb;
  part jsonb;
  wanted text[];
  -- Scopes by place.
  s_key text[]; s_running integer[]; s_empty double precision[]; s_interval double precision[];
  -- Limits by place.
  l_key text[] := '{}'; l_state integer[] := '{}'; l_interval double precision[] := '{}'; l_burst double precision[] := '{}';
  l_slots integer[] := '{}'; l_first integer[] := '{}'; l_last integer[] := '{}'; l_misfit text[] := '{}';
  -- Budgets of all limits by place, and their windows. Two budgets may share a window: its state is at the first.
  b_period text[] := '{}'; b_limit numeric[] := '{}'; b_blocks boolean[] := '{}'; b_due jsonb[] := '{}';
  b_scope text[] := '{}'; b_start double precision[] := '{}'; b_end double precision[] := '{}';
  b_id bigint[]; b_state integer[] := '{}';
  w_spent numeric[]; w_reserved numeric[]; w_alerted text[];
  -- Leases to write.
  n_id uuid[] := '{}'; n_scope text[] := '{}'; n_other text[] := '{}'; n_windows text[] := '{}';
  n_reserve numeric[] := '{}'; n_expires timestamptz[] := '{}';
  k_id uuid[]; k_windows text[];
  request jsonb; places jsonb; reserve numeric; lease_ms double precision;
  place integer; state integer; budget integer; known integer; window_list text; figures text;
  wait double precision; verdict text; alerts jsonb; all_alerts jsonb := '[]'; misfit text;
  answers text := '';
begin
  select array_agg(distinct l.value ->> 's' order by l.value ->> 's') into wanted
    from jsonb_array_elements(calls -> 'l') as l;
  loop
    select array_agg(h.scope), array_agg(h.running), array_agg(h.empty_at), array_agg(h.interval_ms)
      into s_key, s_running, s_empty, s_interval
      from (select * from private.admission_scopes a where a.scope = any (wanted) order by a.scope for update) h;
    if cardinality(s_key) = cardinality(wanted) then
      -- What has ended must not stand against anybody.
      exit when not exists (select from private.admission_leases l
          where l.scope = any (wanted) and l.expires_at <= private.admission_now())
        and not exists (select from private.admission_leases l
          where l.other_scope = any (wanted) and l.expires_at <= private.admission_now());
      exit when private.free_expired_leases(wanted) = 0;
    else
      insert into private.admission_scopes (scope) select k from unnest(wanted) as k order by k on conflict do nothing;
    end if;
  end loop;
  at := private.admission_now();
  now_ms := extract(epoch from at) * 1000;

  for item in select l.value from jsonb_array_elements(calls -> 'l') with ordinality as l (value, place) order by l.place loop
    misfit := null;
    l_key := l_key || (item ->> 's');
    l_state := l_state || array_position(s_key, item ->> 's');
    l_interval := l_interval || (item ->> 'n')::double precision;
    l_burst := l_burst || (item ->> 'b')::double precision;
    l_slots := l_slots || (item ->> 'c')::integer;
    l_first := l_first || cardinality(b_period) + 1;
    for part in select w.value from jsonb_array_elements(item -> 'w') with ordinality as w (value, place) order by w.place loop
      b_period := b_period || (part ->> 0);
      b_limit := b_limit || (part ->> 1)::numeric;
      b_blocks := b_blocks || (part ->> 2)::boolean;
      b_due := b_due || (part -> 3);
      b_scope := b_scope || (item ->> 's');
      known := null;
      for place in 0 .. jsonb_array_length(part -> 4) - 1 loop
        if (part -> 4 -> place ->> 0)::double precision <= now_ms and now_ms < (part -> 4 -> place ->> 1)::double precision then
          known := place;
          exit;
        end if;
      end loop;
      if known is null then misfit := coalesce(misfit, part ->> 0); end if;
      b_start := b_start || (part -> 4 -> known ->> 0)::double precision;
      b_end := b_end || (part -> 4 -> known ->> 1)::double precision;
    end loop;
    l_last := l_last || cardinality(b_period);
    l_misfit := l_misfit || misfit;
  end loop;

  loop
    select array_agg(w.id order by b.place), array_agg(w.spent order by b.place), array_agg(w.reserved order by b.place),
        array_agg(w.alerted order by b.place)
      into b_id, w_spent, w_reserved, w_alerted
      from unnest(b_scope, b_period, b_start) with ordinality as b (scope, period, start_ms, place)
      left join private.budget_windows w
        on w.scope = b.scope and w.period = b.period and w.starts_at = to_timestamp(b.start_ms / 1000);
    known := 0;
    for budget in 1 .. cardinality(b_period) loop
      if b_id[budget] is null and b_start[budget] is not null then
        perform private.budget_window_id(b_scope[budget], b_period[budget], b_start[budget], b_end[budget]);
        known := known + 1;
      end if;
    end loop;
    exit when known = 0;
  end loop;
  for budget in 1 .. cardinality(b_period) loop
    b_state := b_state || case when b_id[budget] is null then budget else array_position(b_id, b_id[budget]) end;
  end loop;

  select array_agg(k.id), array_agg(k.window_ids) into k_id, k_windows from (
    select l.id, l.window_ids::text from private.admission_leases l
      where l.id = any (array(select (r.value ->> 0)::uuid from jsonb_array_elements(calls -> 'r') as r))
    union all
    select c.id, null from public.ai_call_ledger c
      where c.id = any (array(select (r.value ->> 0)::uuid from jsonb_array_elements(calls -> 'r') as r))
  ) k;

  for request in select r.value from jsonb_array_elements(calls -> 'r') with ordinality as r (value, place) order by r.place loop
    places := request -> 3;
    reserve := (request ->> 1)::numeric;
    lease_ms := (request ->> 2)::double precision;
    verdict := null;
    figures := '';
    alerts := '[]';

    known := array_position(k_id, (request ->> 0)::uuid);
    if known is null then
      known := array_position(n_id, (request ->> 0)::uuid);
      window_list := n_windows[known];
    else
      window_list := k_windows[known];
      if window_list is null then verdict := '"s"'; end if;
    end if;
    if known is not null and verdict is null then
      for state in select u.id from unnest(window_list::bigint[]) with ordinality as u (id, place) order by u.place loop
        budget := array_position(b_id, state::bigint);
        if budget is not null then
          figures := figures || private.budget_figures_text(w_spent[budget], w_reserved[budget], b_start[budget], b_end[budget]);
        else
          select figures || private.budget_figures_text(w.spent, w.reserved, extract(epoch from w.starts_at) * 1000,
              extract(epoch from w.ends_at) * 1000)
            into figures from private.budget_windows w where w.id = state;
        end if;
      end loop;
      verdict := '"a",[' || ltrim(figures, ',') || ']';
    end if;

    for place in 0 .. jsonb_array_length(places) - 1 loop
      exit when verdict is not null;
      misfit := l_misfit[(places ->> place)::integer + 1];
      if misfit is not null then verdict := '"n","' || misfit || '"'; end if;
    end loop;

    if verdict is null then
      for place in 0 .. jsonb_array_length(places) - 1 loop
        known := (places ->> place)::integer + 1;
        state := l_state[known];
        if l_interval[known] is not null and s_interval[state] <> l_interval[known] then
          -- The bucket keeps its calls when the rate changes.
          s_empty[state] := now_ms + greatest(0, s_empty[state] - now_ms) / s_interval[state] * l_interval[known];
          s_interval[state] := l_interval[known];
        end if;
        for budget in l_first[known] .. l_last[known] loop
          for item in select d.value from jsonb_array_elements(b_due[budget]) with ordinality as d (value, place) order by d.place loop
            exit when w_spent[b_state[budget]] < (item ->> 1)::numeric;
            if position(';' || (item ->> 0) || ';' in w_alerted[b_state[budget]]) = 0 then
              w_alerted[b_state[budget]] := w_alerted[b_state[budget]] || (item ->> 0) || ';';
              alerts := alerts || jsonb_build_array(jsonb_build_array(b_scope[budget], b_period[budget], item -> 2,
                b_limit[budget]::text, trim_scale(w_spent[b_state[budget]])::text, b_start[budget], b_end[budget]));
            end if;
          end loop;
        end loop;
      end loop;

      for place in 0 .. jsonb_array_length(places) - 1 loop
        known := (places ->> place)::integer + 1;
        state := l_state[known];
        if l_interval[known] is not null then
          wait := s_empty[state] - l_burst[known] * l_interval[known] - now_ms;
          if wait > 0 then
            verdict := format('"r",%s,"requestsPerMinute",%s,%s,null', place,
              ceil((s_empty[state] - now_ms) / l_interval[known]), ceil(wait));
            exit;
          end if;
        end if;
        if l_slots[known] is not null and s_running[state] >= l_slots[known] then
          select extract(epoch from min(l.expires_at)) * 1000 - now_ms into wait from private.admission_leases l
            where l.scope = l_key[known] or l.other_scope = l_key[known];
          for budget in 1 .. cardinality(n_id) loop
            if n_scope[budget] = l_key[known] or n_other[budget] = l_key[known] then
              wait := least(wait, extract(epoch from n_expires[budget]) * 1000 - now_ms);
            end if;
          end loop;
          verdict := format('"r",%s,"concurrentRequests",%s,%s,null', place, s_running[state], ceil(coalesce(wait, lease_ms)));
          exit;
        end if;
        for budget in l_first[known] .. l_last[known] loop
          if b_blocks[budget] and w_spent[b_state[budget]] + w_reserved[b_state[budget]] + reserve > b_limit[budget] then
            verdict := format('"r",%s,%s,"%s",%s,[%s,%s]', place, to_json(b_period[budget] || 'Budget'),
              trim_scale(w_spent[b_state[budget]] + w_reserved[b_state[budget]]), ceil(b_end[budget] - now_ms),
              budget - l_first[known],
              ltrim(private.budget_figures_text(w_spent[b_state[budget]], w_reserved[b_state[budget]], b_start[budget], b_end[budget]), ','));
            exit;
          end if;
        end loop;
        exit when verdict is not null;
      end loop;
    end if;

    if verdict is null then
      window_list := '';
      for place in 0 .. jsonb_array_length(places) - 1 loop
        known := (places ->> place)::integer + 1;
        state := l_state[known];
        if l_interval[known] is not null then
          s_empty[state] := greatest(s_empty[state], now_ms) + l_interval[known];
        end if;
        s_running[state] := s_running[state] + 1;
        for budget in l_first[known] .. l_last[known] loop
          w_reserved[b_state[budget]] := w_reserved[b_state[budget]] + reserve;
          window_list := window_list || ',' || b_id[budget];
        end loop;
      end loop;
      for place in 0 .. jsonb_array_length(places) - 1 loop
        known := (places ->> place)::integer + 1;
        for budget in l_first[known] .. l_last[known] loop
          figures := figures || private.budget_figures_text(w_spent[b_state[budget]], w_reserved[b_state[budget]], b_start[budget], b_end[budget]);
        end loop;
      end loop;
      n_id := n_id || (request ->> 0)::uuid;
      n_scope := n_scope || l_key[(places ->> 0)::integer + 1];
      n_other := n_other || l_key[(places ->> 1)::integer + 1];
      n_windows := n_windows || ('{' || ltrim(window_list, ',') || '}');
      n_reserve := n_reserve || reserve;
      n_expires := n_expires || at + lease_ms * interval '1 millisecond';
      verdict := '"a",[' || ltrim(figures, ',') || ']';
    end if;

    all_alerts := all_alerts || alerts;
    answers := answers || ',[' || verdict || ',' || alerts || ']';
  end loop;

  if cardinality(n_id) > 0 then
    update private.admission_scopes a set running = u.running, empty_at = u.empty_at, interval_ms = u.interval_ms
      from unnest(s_key, s_running, s_empty, s_interval) as u (scope, running, empty_at, interval_ms)
      where a.scope = u.scope;
    insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, expires_at)
      select u.id, u.scope, u.other_scope, u.window_ids::bigint[], u.reserve, u.expires_at
      from unnest(n_id, n_scope, n_other, n_windows, n_reserve, n_expires)
        as u (id, scope, other_scope, window_ids, reserve, expires_at);
  end if;
  if cardinality(n_id) > 0 or all_alerts <> '[]' then
    update private.budget_windows w set reserved = u.reserved, alerted = u.alerted
      from unnest(b_id, b_state, w_reserved, w_alerted) with ordinality as u (id, state, reserved, alerted, place)
      where w.id = u.id and u.state = u.place;
    if all_alerts <> '[]' then perform private.write_alerts(all_alerts); end if;
  end if;
  return '[' || ltrim(answers, ',') || ']';
end $$;
--> statement-breakpoint
create or replace function private.budget_figures_text(p_spent numeric, p_reserved numeric, p_start_ms double precision,
  p_end_ms double precision) returns text language sql immutable set search_path = '' as $$
  select ',["' || trim_scale(p_spent) || '","' || trim_scale(p_reserved) || '",' || p_start_ms || ',' || p_end_ms || ']'
$$;
--> statement-breakpoint
-- Books the cost of calls that ended, frees what they held and writes the ledger. `p` is JSON: `l` the limits as
-- above; `s` the settlements, [id, cost, [places in l], [[start ms, end ms] of each budget's window], entry of the
-- ledger]. Answers JSON, side by side with `s`: [was booked, was late, figures, alerts].
create or replace function private.settle_calls(p text) returns text
  language plpgsql security definer set search_path = '' as $$
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
  ids bigint[]; id uuid; known integer; place integer; budget integer; at_budget integer; cursor integer := 0;
  lease integer; figures text; answers text := ''; v_booked boolean[] := '{}'; v_late boolean[] := '{}';
begin
  perform 1 from private.admission_scopes a
    where a.scope = any (array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l))
    order by a.scope for update;
  at := private.admission_now();

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
        item := calls -> 'l' -> (settlement -> 2 ->> place)::integer;
        for budget in 0 .. jsonb_array_length(item -> 'w') - 1 loop
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
      limits := calls -> 'l' -> (settlement -> 2 ->> known)::integer;
      for budget in 0 .. jsonb_array_length(limits -> 'w') - 1 loop
        part := limits -> 'w' -> budget;
        cursor := cursor + 1;
        lease := array_position(f_id, o_id[cursor]);
        figures := figures || private.budget_figures_text(f_spent[lease], f_reserved[lease],
          (windows -> at_budget ->> 0)::double precision, (windows -> at_budget ->> 1)::double precision);
        if v_booked[place] then
          for item in select d.value from jsonb_array_elements(part -> 3) with ordinality as d (value, place) order by d.place loop
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
--> statement-breakpoint
-- Prolongs leases that have not ended. Answers those that are still held.
create or replace function private.renew_calls(p_ids uuid[], p_lease_ms double precision) returns uuid[]
  language plpgsql security definer set search_path = '' as $$
declare
  at timestamptz := private.admission_now();
  renewed uuid[];
begin
  with kept as (
    update private.admission_leases l
      set expires_at = greatest(l.expires_at, at + p_lease_ms * interval '1 millisecond')
      where l.id = any (p_ids) and l.expires_at > at returning l.id
  ) select coalesce(array_agg(kept.id), '{}') into renewed from kept;
  return renewed;
end $$;
--> statement-breakpoint
-- Frees all that has ended.
create or replace function private.sweep_calls() returns integer
  language plpgsql security definer set search_path = '' as $$
begin
  return private.free_expired_leases(null);
end $$;
--> statement-breakpoint
-- The figures of budgets in the windows of this moment. `p` is JSON: [[scope, period, [[start ms, end ms]…]]…].
-- Answers JSON, side by side with it: figures, or null where no window fits the clock.
create or replace function private.budget_figures(p text) returns text
  language plpgsql security definer set search_path = '' as $$
declare
  now_ms double precision := extract(epoch from private.admission_now()) * 1000;
  answers text;
begin
  select string_agg(coalesce((
      select ltrim(private.budget_figures_text(coalesce(w.spent, 0), coalesce(w.reserved, 0),
          (c.value ->> 0)::double precision, (c.value ->> 1)::double precision), ',')
        from jsonb_array_elements(b.value -> 2) as c
        left join private.budget_windows w on w.scope = b.value ->> 0 and w.period = b.value ->> 1
          and w.starts_at = to_timestamp((c.value ->> 0)::double precision / 1000)
        where (c.value ->> 0)::double precision <= now_ms and now_ms < (c.value ->> 1)::double precision limit 1
    ), 'null'), ',' order by b.place) into answers
    from jsonb_array_elements(p::jsonb) with ordinality as b (value, place);
  return '[' || coalesce(answers, '') || ']';
end $$;
--> statement-breakpoint
create or replace trigger append_only before update or delete on public.ai_call_ledger
  for each row execute function private.refuse_change();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.ai_call_ledger
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create or replace trigger append_only before update or delete on public.budget_alerts
  for each row execute function private.refuse_change();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.budget_alerts
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
-- Supabase grants everything on what appears in `public`; take that back before granting what is needed.
revoke all on public.ai_call_ledger, public.budget_alerts from public, anon, authenticated, service_role, ai_config_service;
--> statement-breakpoint
revoke all on private.admission_scopes, private.admission_leases, private.budget_windows
  from public, anon, authenticated, service_role, ai_config_service;
--> statement-breakpoint
revoke all on all sequences in schema public from public, anon, authenticated;
--> statement-breakpoint
grant select on public.ai_call_ledger, public.budget_alerts to authenticated, ai_config_service, service_role;
--> statement-breakpoint
revoke execute on function private.admission_now(), private.free_expired_leases(text[]),
  private.budget_window_id(text, text, double precision, double precision), private.write_alerts(jsonb),
  private.budget_figures_text(numeric, numeric, double precision, double precision), private.admit_calls(text),
  private.settle_calls(text), private.renew_calls(uuid[], double precision), private.sweep_calls(),
  private.budget_figures(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.admit_calls(text), private.settle_calls(text),
  private.renew_calls(uuid[], double precision), private.sweep_calls(), private.budget_figures(text) to ai_config_app;
