import fc from "fast-check";
import { expect, test } from "vitest";
import {
  add,
  ceilToMilli,
  ceilToUnit,
  cmp,
  formatDecimal,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from "./quantity.ts";

function read(text: string | number): Quantity {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

test("any amount printed in either base reads back as itself", () => {
  fc.assert(
    fc.property(
      // Binary quantities are capped at 2^63 - 1 on either side, so that no more of them can come back.
      fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n }),
      fc.constantFrom("decimal", "binary"),
      (amount, base) => {
        expect(read(formatQuantity(amount, base))).toBe(amount);
        expect(read(formatDecimal(amount))).toBe(amount);
      },
    ),
  );
});

test.each([
  ["1.5Gii", '"1.5Gii": unknown suffix "Gii"'],
  ["", "empty where a quantity is expected"],
  ["abc", '"abc" is not a quantity'],
  ["1 Gi", 'unknown suffix " Gi"'],
  ["1e9999", "the exponent is out of range"],
])("%s is refused with what is wrong", (text, reason) => {
  const parsed = parseQuantity(text);
  expect(parsed.ok ? "" : parsed.reason).toContain(reason);
});

test("a bare number of hand-written YAML is a quantity", () => {
  expect(read(2)).toBe(read("2000m"));
  expect(read(0.1)).toBe(read("100m"));
});

test("binary quantities are written with the largest suffix that leaves a whole number", () => {
  expect(["1.5Gi", "1024Ki", "1000"].map((text) => formatQuantity(read(text), "binary"))).toEqual([
    "1536Mi",
    "1Mi",
    "1000",
  ]);
  expect(["1.5", "1000m", "0.1"].map((text) => formatQuantity(read(text)))).toEqual(["1500m", "1", "100m"]);
});

test("rounding goes away from zero; sums and order are exact beyond doubles", () => {
  expect([ceilToMilli(read("1u")), ceilToUnit(read("-1.5")), ceilToUnit(read("7.0001"))]).toEqual([1n, -2n, 8n]);
  expect(add(read("9007199254740993"), read("1n"))).toBe(read("9007199254740993.000000001"));
  expect(cmp(read("9007199254740993"), read("9007199254740992"))).toBe(1);
});
