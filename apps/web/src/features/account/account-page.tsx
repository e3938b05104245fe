import { PageHeader } from "../../shell/page-header.tsx";
import { PasswordCard } from "./password-card.tsx";
import { ProfileCard } from "./profile-card.tsx";
import { SessionsCard } from "./sessions-card.tsx";
import { TwoFactorCard } from "./two-factor-card.tsx";

/** The reader's own account: who they are here, how they sign in, and where they are signed in. */
export function AccountPage() {
  return (
    <>
      <PageHeader title="Account" description="Who you are here, and how you sign in." />
      <div className="space-y-5">
        <ProfileCard />
        <PasswordCard />
        <TwoFactorCard />
        <SessionsCard />
      </div>
    </>
  );
}
