-- The product never changes a token or a link that was made; whoever does it by hand is told of like anybody else. A token
-- that can suddenly do more, or a link that makes owners, is what one looks for.
create or replace function private.audit_service_token() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.service_tokens := case when tg_op = 'DELETE' then old else new end;
  before jsonb;
  after jsonb;
begin
  if tg_op <> 'INSERT' then
    before := jsonb_build_object('name', old.name, 'hint', old.hint, 'actions', old.actions, 'expiresAt', old.expires_at);
  end if;
  if tg_op <> 'DELETE' then
    after := jsonb_build_object('name', new.name, 'hint', new.hint, 'actions', new.actions, 'expiresAt', new.expires_at);
  end if;
  if tg_op = 'UPDATE' and new.organization_id <> old.organization_id then
    raise exception 'A token stays with its organization.' using errcode = '42501';
  end if;
  perform private.write_audit('token', changed.id, null, changed.organization_id, null, lower(tg_op), null, before, after);
  return null;
end $$;
--> statement-breakpoint
create trigger audit_service_token_updates after update on public.service_tokens
  for each row when (
    (old.id, old.organization_id, old.name, old.token_hash, old.hint, old.actions, old.expires_at)
      is distinct from (new.id, new.organization_id, new.name, new.token_hash, new.hint, new.actions, new.expires_at))
  execute function private.audit_service_token();
--> statement-breakpoint
drop trigger audit_invitation_accept on public.organization_invitations;
--> statement-breakpoint
create trigger audit_invitation_updates after update on public.organization_invitations
  for each row when (
    new.organization_id is not null and (
      (old.accepted_at is null) is distinct from (new.accepted_at is null)
      or (old.id, old.organization_id, old.email, old.role, old.token_hash, old.expires_at)
        is distinct from (new.id, new.organization_id, new.email, new.role, new.token_hash, new.expires_at)))
  execute function private.audit_invitation();
