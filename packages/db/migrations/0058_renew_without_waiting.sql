-- A renewal has many leases in hand, in the order of whatever index was read, and so have settlements and what frees the
-- ended ones. Each of them waits for the others' locks in its own order, so the renewal must not wait: a lease that
-- somebody else has in hand is being settled or freed, and needs no more time.
create or replace function private.renew_calls(p_ids uuid[], p_lease_ms double precision) returns uuid[]
  language plpgsql security definer set search_path = ''
as $$
declare
  at timestamptz := private.admission_now();
  renewed uuid[];
begin
  with free as materialized (
    select l.id from private.admission_leases l
      where l.id = any (p_ids) and l.expires_at > at
      for no key update skip locked
  ), kept as (
    update private.admission_leases l
      set expires_at = greatest(l.expires_at, at + p_lease_ms * interval '1 millisecond')
      from free where l.id = free.id returning l.id
  ) select coalesce(array_agg(kept.id), '{}') into renewed from kept;
  return renewed;
end $$;
