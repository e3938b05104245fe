import { useSignOut } from "../../shell/use-sign-out.ts";
import { identityLinkClassNames } from "./identity-card.tsx";

/** For an invitation that was made for another account of the same person. */
export function SwitchAccount({ invitation }: { invitation: string }) {
  const signOut = useSignOut();
  return (
    <p>
      Not the right account?{" "}
      <button type="button" onClick={() => void signOut({ invitation })} className={identityLinkClassNames}>
        Sign in with another
      </button>
    </p>
  );
}
