import { createTransport } from "nodemailer";
import type { Logger } from "pino";

import { hashOf } from "../hash-of.ts";
import type { RequestLimiter } from "../http/request-limiter.ts";
import type { Letter } from "./letters.ts";
import type { MailSettings } from "./mail-settings.ts";

const CONNECT_MS = 10_000;
const SEND_MS = 20_000;

/** Sends mails. What cannot be sent is logged, and fails nothing else. */
export interface Mailer {
  /** Answers whether the mail server took it. `by` is the account that asks for it, where one does. */
  send(letter: Letter, by?: string): Promise<boolean>;
  /** Sends without anybody waiting, so that an answer takes the same time whether there is somebody to write to. */
  sendLater(find: () => Promise<Letter | undefined>): void;
  /** Waits for what is being sent. */
  close(): Promise<void>;
}

export interface MailerOptions {
  settings: MailSettings;
  /** Counts by recipient, and by account, in hours. */
  limits: { to: RequestLimiter; by: RequestLimiter };
  log: Logger;
}

/** Connects when there is something to send. */
export function createMailer({ settings, limits, log }: MailerOptions): Mailer {
  const transport = createTransport({
    url: settings.url,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SEND_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const underWay = new Set<Promise<unknown>>();

  const send: Mailer["send"] = async ({ kind, to, subject, text }, by) => {
    try {
      const isTooMuch =
        (by !== undefined && (await limits.by.take(`mail by ${by}`, 1)) !== undefined) ||
        (await limits.to.take(`mail to ${hashOf(to.toLowerCase())}`, 1)) !== undefined;
      if (isTooMuch) {
        log.warn({ part: "mail", kind }, "A mail was not sent: too many in an hour.");
        return false;
      }
      const signal = AbortSignal.timeout(CONNECT_MS + SEND_MS);
      await transport.sendMail({ from: settings.from, to: { name: "", address: to }, subject, text, signal });
      return true;
    } catch (error) {
      // Neither its words nor the mail's: a server may repeat the address, and the text holds the link.
      const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
      log.error({ part: "mail", kind, code, responseCode }, "A mail could not be sent.");
      return false;
    }
  };

  const sendLater: Mailer["sendLater"] = (find) => {
    const work = (async () => {
      const letter = await find();
      if (letter !== undefined) await send(letter);
    })()
      .catch(() => log.error({ part: "mail" }, "A mail could not be written."))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };

  return {
    send,
    sendLater,
    close: async () => {
      await Promise.all(underWay);
      transport.close();
    },
  };
}
