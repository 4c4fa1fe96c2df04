import { expect, test } from "vitest";
import { missesOf } from "./misses.ts";
import type { Figure } from "./figure.ts";

const figure = (forecast: number | undefined, now: number | undefined, range?: Figure["range"]): Figure => ({
  before: undefined,
  forecast,
  now,
  ...(range === undefined ? {} : { range }),
});
const held = { nodes: figure(9, 9), usdPerHour: figure(2, 2), zones: { a: figure(5, 5), b: figure(4, 4) } };

test("a forecast that held has no misses, and what is unknown is none", () => {
  expect(missesOf(held)).toEqual([]);
  expect(missesOf({ nodes: figure(undefined, 9), usdPerHour: figure(undefined, 2), zones: {} })).toEqual([]);
  expect(missesOf({ ...held, usdPerHour: figure(2, undefined) })).toEqual([]);
});

test("cents are rounded, and a range is a promise", () => {
  expect(missesOf({ ...held, usdPerHour: figure(2, 2.009) })).toEqual([]);
  expect(missesOf({ ...held, usdPerHour: figure(2, 2.4, { low: 1.8, high: 2.4 }) })).toEqual([]);
  expect(missesOf({ ...held, zones: { a: figure(4, 6, { low: 4, high: 6 }) } })).toEqual([]);
});

test("each figure outside of its promise says by how much", () => {
  const misses = missesOf({
    nodes: figure(10, 9),
    usdPerHour: figure(1.898, 1.705, { low: 1.868, high: 2.005 }),
    zones: { a: figure(4, 5), b: figure(3, 2), c: figure(3, 2) },
  });
  expect(misses).toEqual([
    "1 node fewer than forecast",
    "1 node more in a than forecast",
    "1 node fewer in b than forecast",
    "1 node fewer in c than forecast",
    "machines 10.2% below the forecast of 1385.54 USD/month, outside of the 1363.64 to 1463.65 that were promised",
  ]);
});
