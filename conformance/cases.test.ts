import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { areaOf } from "./areas.ts";
import { casesOf } from "./cases.ts";
import type { Unreadable } from "./lines.ts";
import { tallyJson } from "./print.ts";
import { Tally } from "./tally.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-vectors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scenario = (id: string, more: object = {}): string =>
  JSON.stringify({
    id,
    area: "provision",
    now: "2026-01-01T00:00:00Z",
    objects: {},
    instanceTypes: { "*": [] },
    expect: {},
    ...more,
  });

function judged(name: string, content: string | Buffer): Tally {
  const file = join(folder, name);
  writeFileSync(file, content);
  const tally = new Tally({ catalogues: [folder] }, new Map(), false);
  const note = (problem: Unreadable): void => void tally.unreadable.push(problem);
  for (const item of casesOf([file], { note })) tally.judge(item);
  return tally;
}

test("plain and compressed vectors are judged alike", () => {
  const text = `${scenario("a")}\n${scenario("b", { stable: "canonical" })}\n`;
  for (const tally of [judged("plain.jsonl", text), judged("packed.jsonl.gz", gzipSync(text))]) {
    expect(tallyJson(tally)).toMatchObject({
      isPassed: true,
      areas: {
        provision: {
          exact: { matched: 1, total: 1, known: [], failed: [] },
          canonical: { matched: 1, total: 1, known: [], failed: [] },
        },
      },
    });
  }
});

test("what differs is named by its id, under its stability class", () => {
  const expected = { podErrors: { "default/a": { classes: ["limits"] } } };
  const tally = judged("differs.jsonl", scenario("odd", { expect: expected }));
  expect(tallyJson(tally)).toMatchObject({
    isPassed: false,
    areas: { provision: { exact: { matched: 0, total: 1, failed: ["odd"] } } },
    misses: [{ id: "odd", stable: "exact" }],
  });
});

test("a broken line, an unknown area, missing fields and a missing catalogue are counted, and the rest is judged", () => {
  const lines = [
    scenario("good"),
    '{"broken": ',
    "[1]",
    "",
    scenario("strange", { area: "nonsense" }),
    scenario("lost", { instanceTypes: { "*": { catalogue: "gone" } } }),
    JSON.stringify({ id: "bare", area: "simulate" }),
  ];
  const tally = judged("mixed.jsonl", lines.join("\n"));
  expect(tally.passed).toBe(1);
  expect(tally.unreadable.map(({ line }) => line)).toEqual([2, 3]);
  expect([...tally.notJudged.values()].map(({ area, ids }) => [area, ids])).toEqual([
    ["nonsense", ["strange"]],
    ["provision", ["lost"]],
    ["simulate", ["bare"]],
  ]);
  expect(tallyJson(tally)).toMatchObject({ isPassed: false, unjudged: 5 });
});

test("a file that is cut off, or is no vector file, is noted as a whole", () => {
  const cut = gzipSync(scenario("a").repeat(50)).subarray(0, 40);
  expect(judged("cut.jsonl.gz", cut).unreadable).toMatchObject([{ reason: expect.stringMatching(/cannot be read/) }]);
  expect(judged("notes.txt", "x").unreadable).toMatchObject([{ reason: expect.stringMatching(/no vector file/) }]);
});

test("every recording of this repository names an area that somebody answers for, legends in headers or not", () => {
  const vectors = join(import.meta.dirname, "..", "test", "vectors");
  for (const name of ["aws/prices-directed", "aws-1.15/hashes-directed", "aws-1.9/drift-directed"]) {
    const [first] = casesOf([join(vectors, `${name}.jsonl.gz`)], { note: () => undefined });
    expect([name, areaOf(first?.area ?? "")?.name]).not.toContain(undefined);
  }
});
