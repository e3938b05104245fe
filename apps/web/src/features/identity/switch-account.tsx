import { useSignOut } from "../../shell/use-sign-out.ts";

/** For an invitation that was made for another account of the same person. */
export function SwitchAccount({ invitation }: { invitation: string }) {
  const signOut = useSignOut();
  return (
    <p>
      Not the right account?{" "}
      <button
        type="button"
        onClick={() => void signOut({ invitation })}
        className="inline-flex min-h-6 items-center font-medium text-accent-ink underline underline-offset-2"
      >
        Sign in with another
      </button>
    </p>
  );
}
