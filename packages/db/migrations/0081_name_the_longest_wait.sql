-- A refusal names the limit that stands for the longest: whoever came again when a shorter one had passed was refused by the next.
-- What can cost more than a whole budget is refused by that for ever.
-- Waits that differ by less than a millisecond are the same, of which the first is named.
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