import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compareUsd, formatUsd, formatUsdApart, sumUsd, type Usd } from "../index.ts";
import { parseUsd, toUsd } from "./usd.ts";

/** 10^-28 USD are one. */
const DOLLAR = 10n ** 28n;

/** Amounts of every size, with as many digits as they can have. */
const amount = fc
  .tuple(fc.bigInt({ min: -(10n ** 58n) + 1n, max: 10n ** 58n - 1n }), fc.nat(57))
  .map(([digits, fewer]) => digits / 10n ** BigInt(fewer));

describe("the text of an amount", () => {
  test("holds every digit, and reads back as the same amount", () => {
    fc.assert(
      fc.property(amount, (exact) => {
        const text = toUsd(exact);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(parseUsd(text)).toBe(exact);
      }),
    );
  });

  test.each([
    ["0", 0n],
    ["-0.5", -DOLLAR / 2n],
    ["007.50", 75n * 10n ** 27n],
    ["0.0000000000000000000000000001", 1n],
  ])("%j is an amount", (text, exact) => {
    expect(parseUsd(text)).toBe(exact);
  });

  test.each([
    "",
    " ",
    " 1",
    "1\n",
    "1.",
    ".5",
    "+1",
    "--1",
    "1e-7",
    "1,000",
    "$1",
    "0x10",
    "٣",
    "NaN",
    "Infinity",
    "unknown",
    "1".repeat(31),
    `0.${"1".repeat(29)}`,
    0.0105,
    1n,
    ["1"],
    null,
    undefined,
  ])("%o is none, and refused", (text) => {
    const refusal = expect.objectContaining({
      code: "INPUT_INVALID",
      issues: [expect.objectContaining({ path: "amount" })],
    });
    expect(() => parseUsd(text as Usd)).toThrow(refusal);
    expect(() => sumUsd(["1", text as Usd])).toThrow(refusal);
    expect(() => compareUsd("1", text as Usd)).toThrow(refusal);
    expect(() => formatUsd(text as Usd)).toThrow(refusal);
  });
});

describe("the sum", () => {
  test("of a million amounts is what big integers say, in any order and any grouping", () => {
    const { texts, oracle } = madeUpAmounts(1_000_000);
    const sum = sumUsd(texts);
    expect(parseUsd(sum)).toBe(oracle);
    const groups: Usd[] = [];
    for (let end = texts.length; end > 0; end -= 10_000) {
      groups.push(sumUsd(texts.slice(end - 10_000, end).reverse()));
    }
    expect(sumUsd(groups)).toBe(sum);
  });

  test("of three million calls of the smallest price is exact, where floating point is not", () => {
    let float = 0;
    function* calls() {
      for (let call = 0; call < 3_000_000; call += 1) {
        float += 0.00000001;
        yield "0.00000001";
      }
    }
    expect(sumUsd(calls())).toBe("0.03");
    expect(float).not.toBe(0.03);
  });

  test("of any amounts is associative, and orders as they do", () => {
    fc.assert(
      fc.property(amount, amount, amount, (a, b, c) => {
        // Room for two carries.
        const [x, y, z] = [a, b, c].map((exact) => toUsd(exact / 100n)) as [Usd, Usd, Usd];
        expect(sumUsd([x, sumUsd([y, z])])).toBe(sumUsd([sumUsd([x, y]), z]));
        expect(Math.sign(compareUsd(x, y))).toBe(a / 100n < b / 100n ? -1 : a / 100n > b / 100n ? 1 : 0);
      }),
    );
  });

  test("of nothing is zero", () => {
    expect(sumUsd([])).toBe("0");
  });

  /** Amounts of many sizes and both signs, their texts and their sum made apart from our code. */
  function madeUpAmounts(count: number): { texts: Usd[]; oracle: bigint } {
    let oracle = 0n;
    let state = 1;
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const texts = Array.from({ length: count }, () => {
      const whole = next(10 ** next(10));
      const fraction = String(next(1e9)).padStart(9 + next(10), "0");
      const digits = BigInt(whole + fraction.padEnd(28, "0"));
      const isNegative = next(2) === 1;
      oracle += isNegative ? -digits : digits;
      return `${isNegative ? "-" : ""}${whole}.${fraction}`;
    });
    return { texts, oracle };
  }
});

describe("what people read", () => {
  test.each([
    ["0", "$0.00"],
    ["0.0105", "$0.0105"],
    ["0.5", "$0.50"],
    ["0.000001", "$0.000001"],
    ["0.0000009999", "<$0.000001"],
    ["-0.0000009999", ">-$0.000001"],
    ["0.00000682", "$0.000007"],
    ["0.9999999", "$1.00"],
    ["-0.25", "-$0.25"],
    ["1234.5", "$1,234.50"],
    ["1.005", "$1.01"],
    ["9007199254740993", "$9,007,199,254,740,993.00"],
    ["123456789012345678901234567890.12", "$123,456,789,012,345,678,901,234,567,890.12"],
  ])("%s is %s", (text, formatted) => {
    expect(formatUsd(text)).toBe(formatted);
  });

  test("is the amount itself, rounded by less than its last place, and never zero for something", () => {
    fc.assert(
      fc.property(amount, (any) => {
        // Room for rounding up.
        const exact = any / 100n;
        const shown = formatUsd(toUsd(exact));
        const size = exact < 0n ? -exact : exact;
        if (size > 0n && size < DOLLAR / 1_000_000n) {
          expect(shown).toBe(exact < 0n ? ">-$0.000001" : "<$0.000001");
          return;
        }
        const place = size < DOLLAR ? DOLLAR / 1_000_000n : DOLLAR / 100n;
        const read = parseUsd(shown.replaceAll(/[$,]/g, ""));
        const off = read - exact;
        expect((off < 0n ? -off : off) * 2n <= place).toBe(true);
        expect(read === 0n).toBe(exact === 0n);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    [
      ["3.127", "3.13"],
      ["$3.127", "$3.13"],
    ],
    [
      ["3.12", "3.13"],
      ["$3.12", "$3.13"],
    ],
    [
      ["3.13", "3.130"],
      ["$3.13", "$3.13"],
    ],
    [
      ["1234.4999", "1234.5", "0.0105"],
      ["$1,234.4999", "$1,234.50", "$0.0105"],
    ],
    [
      ["0.0000001", "0.0000002"],
      ["$0.0000001", "$0.0000002"],
    ],
  ] as const)("%j beside each other are %j", (texts, formatted) => {
    expect(formatUsdApart(texts)).toEqual(formatted);
  });

  test("reads alike beside each other only where it is the same", () => {
    fc.assert(
      fc.property(amount, fc.bigInt({ min: 0n, max: DOLLAR / 100n }), (any, little) => {
        const [exact, other] = [any / 100n, any / 100n + little];
        const [first, second] = formatUsdApart([toUsd(exact), toUsd(other)]);
        expect(first === second).toBe(exact === other);
      }),
      { numRuns: 1_000 },
    );
  });
});
