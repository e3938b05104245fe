import { useState } from "react";
import { type Entrance, signInByBackupCode, signInByCode } from "../../data/identity.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { CodeField, problemOfCode } from "./code-field.tsx";

interface CodeStepProps {
  isBusy: boolean;
  failure: string | undefined;
  enter(open: () => Promise<Entrance>): Promise<void>;
}

/** The second step of a sign-in, for accounts that ask for it. */
export function CodeStep({ isBusy, failure, enter }: CodeStepProps) {
  const [isBackup, setIsBackup] = useState(false);
  const [code, setCode] = useState("");
  const [wasSent, setWasSent] = useState(false);
  const problem = isBackup ? problemOfBackupCode(code) : problemOfCode(code);
  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        setWasSent(true);
        if (problem !== undefined || isBusy) return;
        void enter(() => (isBackup ? signInByBackupCode(code.trim()) : signInByCode(code)));
      }}
    >
      {failure && (
        <Banner tone="bad" role="alert">
          {failure}
        </Banner>
      )}
      {isBackup ? (
        <TextField
          key="backup"
          autoFocus
          label="Backup code"
          hint="One of those you kept when you set it up."
          autoComplete="off"
          value={code}
          onChange={setCode}
          error={wasSent ? problem : undefined}
        />
      ) : (
        <CodeField value={code} onChange={setCode} error={wasSent ? problem : undefined} hasFocus />
      )}
      <Button look="primary" type="submit" isBusy={isBusy} className="w-full">
        Sign in
      </Button>
      <Button
        look="ghost"
        className="w-full"
        onClick={() => {
          setIsBackup(!isBackup);
          setCode("");
          setWasSent(false);
        }}
      >
        {isBackup ? "Use my authenticator app" : "Use a backup code"}
      </Button>
    </form>
  );
}

function problemOfBackupCode(code: string): string | undefined {
  return code.trim() === "" ? "Enter a backup code." : undefined;
}
