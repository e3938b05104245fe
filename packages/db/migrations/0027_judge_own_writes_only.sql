-- Triggers run before row security refuses. What they would say of somebody else's rows must not be heard: whoever
-- may not write there is refused by row security, in the words it has for everybody.
create or replace function private.may_write_for(p_user_id uuid, p_organization_id uuid) returns boolean
  language sql stable security definer set search_path = '' as $$
  select coalesce(current_setting('role', true), 'none') not in ('authenticated', 'anon')
    or coalesce(p_user_id = auth.uid(), false)
    or coalesce(p_organization_id = any (array(select private.organization_ids('{owner,admin}'))), false)
$$;
--> statement-breakpoint
create or replace function private.limit_configurations() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if not private.may_write_for(new.user_id, new.organization_id) then return new; end if;
  -- Rows of one owner made at once would each find room.
  perform pg_advisory_xact_lock(hashtextextended('configurations of ' || coalesce(new.user_id, new.organization_id), 0));
  if (select count(*) from public.ai_configurations c
    where c.user_id = new.user_id or c.organization_id = new.organization_id) >= 100
  then
    raise exception 'There are 100 configurations already. Delete one first.' using errcode = '54000';
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace function private.hold_to_policy() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  breaches text[];
begin
  if not private.may_write_for(new.user_id, new.organization_id) then return new; end if;
  select private.policy_breaches(p.policy, new.configuration, case when tg_op = 'UPDATE' then old.configuration end)
    into breaches from public.organization_policies p
    where p.organization_id = coalesce(new.organization_id, (
      select m.organization_id from public.organization_members m where m.user_id = new.user_id and m.is_default));
  if cardinality(breaches) > 0 then
    raise exception 'The policy of the organization refuses: %', array_to_string(breaches, ', ')
      using errcode = 'AC001';
  end if;
  return new;
end $$;
--> statement-breakpoint
revoke execute on function private.may_write_for(uuid, uuid) from public, anon, authenticated, service_role;
