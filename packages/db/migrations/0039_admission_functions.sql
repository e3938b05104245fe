-- The clock that counts: not that of a caller.
create or replace function private.admission_now() returns timestamptz
  language sql volatile set search_path = '' as $$ select clock_timestamp() $$;
--> statement-breakpoint
-- Whoever changes anything of a scope holds its lock to the end of the transaction, several in one order, so that
-- nobody waits for each other in a circle. Locks cost no write, unlike locked rows.
create or replace function private.lock_scopes(p_scopes text[]) returns void
  language plpgsql set search_path = '' as $$
declare
  key bigint;
begin
  for key in select distinct hashtextextended(u.scope, 7) from unnest(p_scopes) as u (scope) order by 1 loop
    perform pg_advisory_xact_lock(key);
  end loop;
end $$;
--> statement-breakpoint
-- Frees what expired leases hold: of the given scopes, whose locks the caller holds, or of all. Whoever holds locks
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
  wanted := coalesce(wanted, '{}') || coalesce(p_scopes, '{}');
  if cardinality(wanted) = 0 then return 0; end if;
  if p_scopes is null then
    perform private.lock_scopes(wanted);
    held := wanted;
  else
    select array_agg(u.scope) into held from unnest(wanted) as u (scope)
      where u.scope = any (p_scopes) or pg_try_advisory_xact_lock(hashtextextended(u.scope, 7));
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
  update private.admission_scopes a set next_end = coalesce((
      select min(l.expires_at) from private.admission_leases l where l.scope = a.scope or l.other_scope = a.scope
    ), 'infinity')
    where a.scope = any (held);
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
-- Decides about calls that ask at the same moment, one after the other. `p` is a list of arrays, as array literals
-- between bars:
--   1 scopes, each once, in the order of their names
--   2 the scope of each limit
--   3 of each limit: interval in ms or null, burst, slots or null, number of its budgets
--   4 the period of each budget    5 its limit
--   6 of each budget: 1 where it blocks, number of its windows, number of its thresholds
--   7 windows: start ms, end ms    8 amounts at which thresholds are due    9 their keys, "limit:threshold"
--   10 ids of the requests    11 what they reserve    12 of each: lease ms, place of its limit, place of its other one
-- Answers JSON: `l` the figures of each limit's budgets after all of them, and its alerts; `r` side by side with the
-- requests: ["a"] admitted, ["a", figures] admitted before, ["r", place in the request, limit, used, wait in ms,
-- place of the budget] refused, ["n", period] no window fits the clock, ["s"] settled before.
create or replace function private.admit_calls(p text) returns text
  language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
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
  at timestamptz;
  now_ms double precision;
  -- Scopes by place.
  s_running integer[] := '{}'; s_empty double precision[] := '{}'; s_interval double precision[] := '{}';
  s_next timestamptz[] := '{}';
  held private.admission_scopes;
  must_free boolean := false;
  -- Limits by place.
  l_state integer[] := '{}'; l_first integer[] := '{}'; l_misfit text[] := '{}';
  -- Budgets of all limits by place, and their windows. Two budgets may share a window: its state is at the first.
  b_scope text[] := '{}'; b_start double precision[] := '{}'; b_end double precision[] := '{}'; b_threshold integer[] := '{}';
  b_id bigint[]; b_state integer[] := '{}';
  w_spent numeric[]; w_reserved numeric[]; w_alerted text[];
  -- Leases to write.
  n_id uuid[] := '{}'; n_scope text[] := '{}'; n_other text[] := '{}'; n_windows text[] := '{}';
  n_reserve numeric[] := '{}'; n_expires timestamptz[] := '{}';
  k_id uuid[]; k_windows text[];
  places integer[]; reserve numeric; window_list text; figures text;
  place integer; state integer; budget integer; threshold integer; known integer; window_id bigint;
  candidate integer := 0; due integer := 0; misfit text;
  wait double precision; verdict text; alerts jsonb; all_alerts jsonb := '[]';
  l_alerts jsonb[] := '{}'; l_text text; answers text := '';
begin
  -- An admission that a crash of the server takes along lasted no longer than its call, which is booked all the same.
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_scopes(scopes);
  for place in 1 .. cardinality(scopes) loop
    select * into held from private.admission_scopes a where a.scope = scopes[place];
    if not found then
      insert into private.admission_scopes (scope) values (scopes[place]) returning * into held;
    end if;
    s_running := s_running || held.running;
    s_empty := s_empty || held.empty_at;
    s_interval := s_interval || held.interval_ms;
    s_next := s_next || held.next_end;
    must_free := must_free or held.next_end <= private.admission_now();
  end loop;
  if must_free then
    -- What has ended must not stand against anybody.
    perform private.free_expired_leases(scopes);
    for place in 1 .. cardinality(scopes) loop
      select * into held from private.admission_scopes a where a.scope = scopes[place];
      s_running[place] := held.running;
      s_next[place] := held.next_end;
    end loop;
  end if;
  at := private.admission_now();
  now_ms := extract(epoch from at) * 1000;

  budget := 0;
  for place in 1 .. cardinality(l_key) loop
    l_state := l_state || array_position(scopes, l_key[place]);
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
      select array_agg(w.id order by u.place), array_agg(w.spent order by u.place), array_agg(w.reserved order by u.place),
          array_agg(w.alerted order by u.place)
        into b_id, w_spent, w_reserved, w_alerted
        from unnest(b_scope, b_period, b_start) with ordinality as u (scope, period, start_ms, place)
        left join private.budget_windows w
          on w.scope = u.scope and w.period = u.period and w.starts_at = to_timestamp(u.start_ms / 1000);
      known := 0;
      for place in 1 .. budget loop
        if b_id[place] is null and b_start[place] is not null then
          perform private.budget_window_id(b_scope[place], b_period[place], b_start[place], b_end[place]);
          known := known + 1;
        end if;
      end loop;
      exit when known = 0;
    end loop;
    for place in 1 .. budget loop
      b_state := b_state || case when b_id[place] is null then place else array_position(b_id, b_id[place]) end;
    end loop;
  end if;

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
    select x.id, null from public.ai_call_ledger x where x.id = any (r_id)
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
      foreach window_id in array window_list::bigint[] loop
        budget := array_position(b_id, window_id);
        if budget is not null then
          figures := figures || ',["' || trim_scale(w_spent[budget]) || '","' || trim_scale(w_reserved[budget]) || '",'
            || b_start[budget] || ',' || b_end[budget] || ']';
        else
          select figures || ',["' || trim_scale(w.spent) || '","' || trim_scale(w.reserved) || '",'
              || extract(epoch from w.starts_at) * 1000 || ',' || extract(epoch from w.ends_at) * 1000 || ']'
            into figures from private.budget_windows w where w.id = window_id;
        end if;
      end loop;
      verdict := '"a",[' || ltrim(figures, ',') || ']';
    end if;

    if verdict is null then
      foreach place in array places loop
        if l_misfit[place] is not null then verdict := '"n","' || l_misfit[place] || '"'; end if;
      end loop;
    end if;

    if verdict is null then
      known := -1;
      foreach place in array places loop
        exit when verdict is not null;
        known := known + 1;
        state := l_state[place];
        if l[place][1] is not null then
          if s_interval[state] <> l[place][1] then
            -- The bucket keeps its calls when the rate changes.
            s_empty[state] := now_ms + greatest(0, s_empty[state] - now_ms) / s_interval[state] * l[place][1];
            s_interval[state] := l[place][1];
          end if;
          wait := s_empty[state] - l[place][2] * l[place][1] - now_ms;
          if wait > 0 then
            verdict := format('"r",%s,"requestsPerMinute",%s,%s,null', known,
              ceil((s_empty[state] - now_ms) / l[place][1]), ceil(wait));
            exit;
          end if;
        end if;
        if s_running[state] >= l[place][3]::integer then
          select extract(epoch from min(x.expires_at) - at) * 1000 into wait from private.admission_leases x
            where x.scope = l_key[place] or x.other_scope = l_key[place];
          for budget in 1 .. cardinality(n_id) loop
            if n_scope[budget] = l_key[place] or n_other[budget] = l_key[place] then
              wait := least(wait, extract(epoch from n_expires[budget] - at) * 1000);
            end if;
          end loop;
          verdict := format('"r",%s,"concurrentRequests",%s,%s,null', known, s_running[state],
            ceil(coalesce(wait, r[request][1])));
          exit;
        end if;
        for budget in l_first[place] .. l_first[place + 1] - 1 loop
          if b[budget][1] = 1 and w_spent[b_state[budget]] + w_reserved[b_state[budget]] + reserve > b_limit[budget] then
            verdict := format('"r",%s,"%sBudget","%s",%s,%s', known, b_period[budget],
              trim_scale(w_spent[b_state[budget]] + w_reserved[b_state[budget]]), ceil(b_end[budget] - now_ms),
              budget - l_first[place]);
            exit;
          end if;
        end loop;
      end loop;
    end if;

    if verdict is null then
      window_list := '';
      n_expires := n_expires || at + r[request][1] * interval '1 millisecond';
      foreach place in array places loop
        state := l_state[place];
        if l[place][1] is not null then
          s_empty[state] := greatest(s_empty[state], now_ms) + l[place][1];
        end if;
        s_running[state] := s_running[state] + 1;
        s_next[state] := least(s_next[state], n_expires[cardinality(n_expires)]);
        for budget in l_first[place] .. l_first[place + 1] - 1 loop
          w_reserved[b_state[budget]] := w_reserved[b_state[budget]] + reserve;
          window_list := window_list || ',' || b_id[budget];
        end loop;
      end loop;
      n_id := n_id || r_id[request];
      n_scope := n_scope || l_key[places[1]];
      n_other := n_other || l_key[places[2]];
      n_windows := n_windows || ('{' || ltrim(window_list, ',') || '}');
      n_reserve := n_reserve || reserve;
      verdict := '"a"';
    end if;
    answers := answers || ',[' || verdict || ']';
  end loop;

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
    )
    insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, expires_at)
      select u.id, u.scope, u.other_scope, u.window_ids::bigint[], u.reserve, u.expires_at
      from unnest(n_id, n_scope, n_other, n_windows, n_reserve, n_expires)
        as u (id, scope, other_scope, window_ids, reserve, expires_at);
  elsif all_alerts <> '[]' then
    update private.budget_windows w set alerted = u.alerted
      from unnest(b_id, b_state, w_alerted) with ordinality as u (id, state, alerted, place)
      where w.id = u.id and u.state = u.place;
  end if;
  if all_alerts <> '[]' then perform private.write_alerts(all_alerts); end if;
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
end $$;
--> statement-breakpoint
-- Books the cost of calls that ended, frees what they held and writes the ledger. `p` is JSON: `l` the limits as
-- above; `s` the settlements, [id, cost, [places in l], [[start ms, end ms] of each budget's window], entry of the
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
  ids bigint[]; id uuid; known integer; place integer; budget integer; at_budget integer; cursor integer := 0;
  lease integer; figures text; answers text := ''; v_booked boolean[] := '{}'; v_late boolean[] := '{}';
begin
  perform private.lock_scopes(array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l));
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
        figures := figures || ',["' || trim_scale(f_spent[lease]) || '","' || trim_scale(f_reserved[lease]) || '",' || (windows -> at_budget ->> 0)::double precision || ',' || (windows -> at_budget ->> 1)::double precision || ']';
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
      select ltrim(',["' || trim_scale(coalesce(w.spent, 0)) || '","' || trim_scale(coalesce(w.reserved, 0)) || '",' || (c.value ->> 0)::double precision || ',' || (c.value ->> 1)::double precision || ']', ',')
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
  private.lock_scopes(text[]), private.admit_calls(text),
  private.settle_calls(text), private.renew_calls(uuid[], double precision), private.sweep_calls(),
  private.budget_figures(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.admit_calls(text), private.settle_calls(text),
  private.renew_calls(uuid[], double precision), private.sweep_calls(), private.budget_figures(text) to ai_config_app;
