import { expect, test } from "vitest";
import { Random } from "./random.ts";

test("a seed gives the same sequence every time, another seed another one", () => {
  const draw = (seed: number | string): number[] => {
    const random = Random.of(seed);
    return Array.from({ length: 8 }, () => random.next());
  };
  expect(draw(42)).toEqual(draw(42));
  expect(draw(42)).not.toEqual(draw(43));
  expect(draw("clean")).not.toEqual(draw("traps"));
});

test("a saved state continues the sequence", () => {
  const random = Random.of(7);
  random.next();
  const copy = new Random(random.state);
  expect([copy.next(), copy.next()]).toEqual([random.next(), random.next()]);
});

test("follows xoshiro128** from its published recurrence", () => {
  // State 1, 2, 3, 4 gives these first outputs in the reference implementation.
  const random = new Random([1, 2, 3, 4]);
  expect([random.next(), random.next(), random.next()]).toEqual([11520, 0, 5927040]);
});

test("integers stay within their bounds and reach both", () => {
  const random = Random.of(1);
  const drawn = new Set(Array.from({ length: 400 }, () => random.integer(3, 6)));
  expect([...drawn].toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6]);
});
