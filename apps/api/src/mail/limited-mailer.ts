import type { Database } from "@ai-config/db";
import type { Logger } from "pino";

import { createRequestLimiter } from "../http/request-limiter.ts";
import type { MailSettings } from "./mail-settings.ts";
import { createMailer, type Mailer } from "./mailer.ts";

/** To one address, and on behalf of one account. More would make the product a tool for pestering people. */
const AN_HOUR_TO_ONE = 5;
const AN_HOUR_BY_ONE = 30;
const HOUR = 60 * 60;

/** Sends no more in an hour than anybody needs, counted in the database by the role that may reach its tables. */
export function createLimitedMailer(settings: MailSettings, database: Database, log: Logger): Mailer {
  const limits = {
    to: createRequestLimiter(database, AN_HOUR_TO_ONE, HOUR),
    by: createRequestLimiter(database, AN_HOUR_BY_ONE, HOUR),
  };
  return createMailer({ settings, limits, log });
}
