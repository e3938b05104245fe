import { isReadable } from "../env-values.ts";
import { optionalText } from "../optional-text.ts";

/** Through which server mails go, and from whom. */
export interface MailSettings {
  readonly url: string;
  readonly from: string;
}

/** The variables, each by itself. */
export const mailVariables = {
  AI_CONFIG_SMTP_URL: optionalText.refine(
    (text) => text === undefined || (/^smtps?:\/\/[^/]/.test(text) && isReadable(text)),
    { message: "Must be an address like smtps://name:password@mail.example.com." },
  ),
  AI_CONFIG_MAIL_FROM: optionalText.refine(
    (text) => text === undefined || /^[^\p{Cc}<>@]*<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/u.test(text),
    { message: "Must be an address like ai-config@example.com or AI Config <ai-config@example.com>." },
  ),
};

type Variables = Readonly<Partial<Record<keyof typeof mailVariables, string | undefined>>>;

/** What is wrong with them together, by the variable that is to be changed. */
export function problemsOfMail(read: Variables): string[] {
  const missing = (Object.keys(mailVariables) as (keyof Variables)[]).filter((name) => !read[name]?.trim());
  return missing.length === 1 ? [`${missing[0]}: Must be set too, for mails to be sent.`] : [];
}

/** Checked variables as settings; undefined where no mails are sent. */
export function mailOf({
  AI_CONFIG_SMTP_URL: url,
  AI_CONFIG_MAIL_FROM: from,
}: Variables): MailSettings | undefined {
  return url === undefined || from === undefined ? undefined : { url, from };
}
