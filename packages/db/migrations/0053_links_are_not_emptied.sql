-- Emptying a table runs no trigger of its rows, so links would be gone and nobody told.
create trigger refuse_truncate before truncate on public.organization_invitations
  for each statement execute function private.refuse_truncate();
