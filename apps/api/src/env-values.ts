import { isIP } from "node:net";

import * as z from "zod";

import { optionalText } from "./optional-text.ts";

/** A whole number in plain digits, or the default. */
export function wholeNumber({ from, to, otherwise }: { from: number; to: number; otherwise: number }) {
  return optionalText
    .refine(
      (text) => text === undefined || (/^\d{1,9}$/.test(text) && Number(text) >= from && Number(text) <= to),
      {
        message: `Must be a whole number from ${from} to ${to}.`,
      },
    )
    .transform((text) => (text === undefined ? otherwise : Number(text)));
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return optionalText.pipe(z.enum(words, { error: `Must be one of ${words.join(", ")}.` }).optional());
}

/** Where a PostgreSQL is, with all that is needed to log in there. */
export const databaseAddress = optionalText.refine(
  (text) => text === undefined || (/^postgres(ql)?:\/\//.test(text) && isReadable(text)),
  {
    message:
      "Must be an address like postgres://user:password@db.example.com:5432/app. Signs like # and % in a password are written as %23 and %25.",
  },
);

/** Where a Redis or Valkey is, with all that is needed to log in there. */
export const redisAddress = optionalText.refine(
  (text) => {
    if (text === undefined) return true;
    if (!/^rediss?:\/\//.test(text) || !isReadable(text)) return false;
    const { hostname, pathname, search } = new URL(text);
    return hostname !== "" && search === "" && /^\/?\d{0,4}$/.test(pathname);
  },
  {
    message:
      "Must be an address like redis://user:password@redis.example.com:6379/0, or rediss:// for TLS. Signs like # and % in a password are written as %23 and %25.",
  },
);

/** Where people find the product, which has the whole of that address for itself. */
export const publicAddress = optionalText.refine(
  (text) => {
    if (text === undefined) return true;
    if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
    const url = new URL(text);
    return url.pathname === "/" && `${url.username}${url.password}${url.search}${url.hash}` === "";
  },
  { message: "Must be an address like https://ai.example.com, with nothing behind the name and port." },
);

/** What can be listened at: an address or a name of this machine. */
export const hostName = optionalText.refine(
  (text) => text === undefined || isIP(text) !== 0 || isName(text),
  {
    message: "Must be an address or name of this machine, such as 127.0.0.1 or 0.0.0.0, without a port.",
  },
);

/** Whether a URL's parts can be read as those who wrote it meant them. */
export function isReadable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, pathname, hash } = new URL(text);
  try {
    return (
      hash === "" && [username, password, pathname].every((part) => decodeURIComponent(part) !== undefined)
    );
  } catch {
    return false;
  }
}

/** A name whose last label is no number, which would be an address that is none. */
function isName(text: string): boolean {
  const labels = text.replace(/\.$/, "").split(".");
  return (
    text.length <= 253 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "")
  );
}
