drop function private.accept_invitation(text);
--> statement-breakpoint
-- As before, and an invitation that somebody is signing up with just now is theirs alone.
create or replace function private.accept_invitation(p_token_hash text, p_claim uuid default null) returns uuid
  language plpgsql security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
  invitation public.organization_invitations;
begin
  if actor is null then
    raise exception 'Only a signed-in user can accept an invitation.' using errcode = '42501';
  end if;
  select * into invitation from public.organization_invitations i
    where i.token_hash = p_token_hash and i.accepted_at is null and i.expires_at > clock_timestamp()
      and (i.claim is null or i.claim = p_claim or i.claimed_until < clock_timestamp())
    for update;
  if invitation.organization_id is null
    or (invitation.email is not null and not exists (
      select from auth.users u where u.id = actor and lower(u.email) = lower(invitation.email)))
    or (invitation.invited_by is not null and not exists (
      select from public.organization_members m
      where m.organization_id = invitation.organization_id and m.user_id = invitation.invited_by
        and (m.role = 'owner' or (m.role = 'admin' and invitation.role <> 'owner'))))
  then
    raise exception 'The invitation is not valid.' using errcode = 'P0002';
  end if;
  insert into public.organization_members (organization_id, user_id, role)
    values (invitation.organization_id, actor, invitation.role)
    on conflict (user_id, organization_id) do nothing;
  update public.organization_invitations set accepted_at = clock_timestamp(), accepted_by = actor
    where id = invitation.id;
  return invitation.organization_id;
end $$;
--> statement-breakpoint
revoke execute on function private.accept_invitation(text, uuid) from public, anon, service_role;
--> statement-breakpoint
grant execute on function private.accept_invitation(text, uuid) to authenticated;
