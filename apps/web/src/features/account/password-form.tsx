import { type Ref, useState } from "react";
import { TextField } from "../../ui/text-field.tsx";

interface PasswordFormProps {
  /** Of the form, for a button outside of it. */
  id: string;
  inputRef: Ref<HTMLInputElement>;
  error: string | undefined;
  isBusy: boolean;
  onPassword(password: string): void;
}

/** Asks for the password before something that needs more than an open browser. */
export function PasswordForm({ id, inputRef, error, isBusy, onPassword }: PasswordFormProps) {
  const [password, setPassword] = useState("");
  const [wasEmpty, setWasEmpty] = useState(false);
  return (
    <form
      id={id}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setWasEmpty(password === "");
        if (password !== "" && !isBusy) onPassword(password);
      }}
    >
      <TextField
        ref={inputRef}
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={wasEmpty && password === "" ? "Enter your password." : error}
      />
    </form>
  );
}
