import { expect, test } from "vitest";
import { Timeline } from "./timeline.ts";

function timeline(): Timeline<string> {
  return new Timeline<string>({ nowMs: 100, inserted: 0, events: [] });
}

test("events come by time, and at the same instant in the order they were put in", () => {
  const time = timeline();
  time.at(300, "c");
  time.at(200, "a");
  time.at(200, "b");
  expect([time.next(1000), time.next(1000), time.next(1000), time.next(1000)]).toEqual(["a", "b", "c", undefined]);
  expect(time.nowMs).toBe(300);
});

test("an event after the limit stays where it is, and time with it", () => {
  const time = timeline();
  time.at(300, "later");
  expect(time.next(299)).toBeUndefined();
  expect(time.nowMs).toBe(100);
  time.moveTo(299);
  expect(time.nowMs).toBe(299);
  expect(() => time.moveTo(301)).toThrow(/skipped/);
});

test("a saved timeline continues with the same order", () => {
  const time = timeline();
  for (const name of ["x", "y", "z"]) time.at(500, name);
  const copy = new Timeline<string>(time.state);
  copy.at(500, "last");
  expect([1, 2, 3, 4].map(() => copy.next(500))).toEqual(["x", "y", "z", "last"]);
});

test("many events in any order come out sorted", () => {
  const time = timeline();
  for (let i = 0; i < 500; i++) time.at(100 + ((i * 7919) % 503), `${(i * 7919) % 503}`);
  const out: number[] = [];
  for (let event = time.next(1e9); event !== undefined; event = time.next(1e9)) out.push(Number(event));
  expect(out).toEqual([...out].sort((a, b) => a - b));
});
