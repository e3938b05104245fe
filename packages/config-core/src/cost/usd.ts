import { invalidInput } from "./checked-input.ts";

/**
 * Decimal places of an exact amount: 6 of a price per million tokens, 6 for one token of the million, and 4 for
 * each of batch, speed, region and negotiated factor.
 */
const SCALE = 28;
const UNIT = 10n ** BigInt(SCALE);
const POWERS = Array.from({ length: SCALE }, (_, power) => 10n ** BigInt(power));
const ZERO = "0".charCodeAt(0);
const USD = /^-?\d{1,30}(?:\.\d{1,28})?$/;

/** An exact amount of money in 10^-28 USD. */
export type Amount = bigint;

/** An exact amount in USD as decimal text, such as "0.0105": a number would round it. */
export type Usd = string;

/** A decimal factor or price as an integer of 10^-places. `toFixed` brings back the decimal that was written. */
export function scaled(value: number, places: number): bigint {
  return BigInt(value.toFixed(places).replace(".", ""));
}

/** The amount as decimal text without needless zeros. */
export function toUsd(amount: Amount): Usd {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(SCALE + 1, "0");
  const point = digits.length - SCALE;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  const whole = digits.slice(0, point);
  const text = end > point ? `${whole}.${digits.slice(point, end)}` : whole;
  return amount < 0n ? `-${text}` : text;
}

/** Reads decimal text. Throws INPUT_INVALID for anything else: a number may have been rounded before. */
export function parseUsd(text: Usd): Amount {
  // A number from outside the types would be read as the text it is written as.
  if (typeof text !== "string" || !USD.test(text)) {
    const message = 'Must be an amount of USD as decimal text, such as "0.0105".';
    throw invalidInput("amount", "invalid_value", message);
  }
  const point = text.indexOf(".");
  if (point === -1) return BigInt(text) * UNIT;
  const places = text.length - point - 1;
  return BigInt(text.slice(0, point) + text.slice(point + 1)) * (POWERS[SCALE - places] as bigint);
}

/** The exact sum of any number of amounts. */
export function sumUsd(amounts: Iterable<Usd>): Usd {
  let sum = 0n;
  for (const amount of amounts) sum += parseUsd(amount);
  return toUsd(sum);
}

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compareUsd(a: Usd, b: Usd): number {
  const difference = parseUsd(a) - parseUsd(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function dollars(places: number): Intl.NumberFormat {
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: places,
  });
}

const WHOLE_CENTS = dollars(2);
const PARTS_OF_CENTS = dollars(6);

/** As people read it: "$1,234.50", below a dollar with up to six places, "<$0.000001" for the rest. */
export function formatUsd(amount: Usd): string {
  const exact = parseUsd(amount);
  const size = exact < 0n ? -exact : exact;
  if (size > 0n && size < UNIT / 1_000_000n) return exact < 0n ? ">-$0.000001" : "<$0.000001";
  // The text itself, since a number would round it first.
  return (size < UNIT ? PARTS_OF_CENTS : WHOLE_CENTS).format(amount as `${number}`);
}

/**
 * Amounts that are read beside each other, with as many places as it takes that two of them read alike only where they
 * are the same: "$3.127" of "$3.13".
 */
export function formatUsdApart<const Amounts extends readonly Usd[]>(
  amounts: Amounts,
): { [Index in keyof Amounts]: string } {
  const count = new Set(amounts.map(parseUsd)).size;
  let texts = amounts.map((amount) => formatUsd(amount));
  for (let places = 3; new Set(texts).size < count; places += 1) {
    const format = dollars(places);
    texts = amounts.map((amount) => format.format(amount as `${number}`));
  }
  return texts as { [Index in keyof Amounts]: string };
}
