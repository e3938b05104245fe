export const shortestPassword = 10;

export interface IdentityInput {
  name: string;
  email: string;
  password: string;
}

/** What is wrong with each input of the form, in words; an empty object where nothing is. */
export function checkIdentity(input: Partial<IdentityInput>): Partial<IdentityInput> {
  const errors: Partial<IdentityInput> = {};
  if (input.name !== undefined && input.name.trim() === "") errors.name = "Enter your name.";
  if (input.email !== undefined && !/^\S+@\S+\.\S+$/.test(input.email.trim())) {
    errors.email = "Enter an e-mail address, like name@example.com.";
  }
  if (input.password !== undefined && input.password.length < shortestPassword) {
    errors.password = `Use at least ${shortestPassword} characters.`;
  }
  return errors;
}

/** Only a path of this very app may be returned to after signing in. */
export function safeReturnPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : "/configuration";
}
