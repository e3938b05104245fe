-- The figures of these budgets and, where a changed limit made an alert due that was not told of, that alert too. Whether
-- one is due is asked without a lock, since mostly none is; what is due is decided where calls are decided, by a batch of
-- none, which tells of each once. It begins no tally, since only a call brings the bucket to its rate, and none goes on that
-- may not know of a window that was made here.
CREATE OR REPLACE FUNCTION private.review_budgets(p_batch text, p_query text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  now_ms double precision := extract(epoch from private.admission_now()) * 1000;
  answer text;
begin
  if exists (
    select from (
      select b.value -> 3 as thresholds, coalesce(w.alerted, ';') as alerted, case
          when w.id = any (a.tally_window_ids) then w.spent + a.tally_spent
          when w.id is not null then w.spent
          else private.ledger_cost(b.value ->> 0, to_timestamp(c.start_ms / 1000), to_timestamp(c.end_ms / 1000)) end as spent
        from jsonb_array_elements(p_query::jsonb) as b
        cross join lateral (select (e.value ->> 0)::double precision as start_ms, (e.value ->> 1)::double precision as end_ms
          from jsonb_array_elements(b.value -> 2) as e) c
        left join private.budget_windows w on w.scope = b.value ->> 0 and w.period = b.value ->> 1
          and w.starts_at = to_timestamp(c.start_ms / 1000)
        left join private.admission_scopes a on a.scope = w.scope
        where c.start_ms <= now_ms and now_ms < c.end_ms
    ) f cross join lateral jsonb_array_elements(f.thresholds) as t
    where f.spent >= (t.value ->> 0)::numeric and position(';' || (t.value ->> 1) || ';' in f.alerted) = 0)
  then
    answer := private.admit_one_by_one(p_batch);
    perform private.fold_tallies(split_part(p_batch, '|', 1)::text[]);
    return answer;
  end if;
  return private.budget_figures(p_query);
end $function$;
--> statement-breakpoint
revoke execute on function private.review_budgets(text, text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.review_budgets(text, text) to ai_config_app;
