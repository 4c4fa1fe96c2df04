import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { note } from "../../test/contract/journal.ts";
import { chained } from "./journal-chain.ts";
import { entryLine, parseJournal } from "./journal-text.ts";
import type { JournalEntry } from "./journal.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

function chainOf(count: number, detail: string): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (let seq = 1; seq <= count; seq++) entries.push(chained(note(seq, `${detail} ${seq}`), entries.at(-1), digest));
  return entries;
}

const read = (entries: readonly JournalEntry[]): unknown => parseJournal(entries.map(entryLine).join(""), digest);
const [one, two, three, four] = chainOf(4, "ours") as [JournalEntry, JournalEntry, JournalEntry, JournalEntry];
const theirs = chainOf(4, "theirs")[2] ?? three;

test.each([
  ["whole", [one, two, three, four], undefined],
  ["changed", [one, { ...two, by: "eve@two" }, three], { line: 2, problem: "was changed since it was written" }],
  ["missing", [one, three], { line: 2, problem: "has seq 3 where 2 belongs" }],
  ["doubled", [one, two, two], { line: 3, problem: "has seq 2 where 3 belongs" }],
  ["of another journal", [one, two, theirs], { line: 3, problem: expect.stringContaining("does not follow entry 2") }],
  ["without its beginning", [{ ...two, seq: 1 }], { line: 1, problem: "was changed since it was written" }],
  ["put in by hand", [one, note(2)], { line: 2, problem: expect.stringContaining("put in by hand") }],
  [
    "put in with a digest of its own",
    [one, chained(note(2, "put in"), undefined, digest)],
    { line: 2, problem: expect.stringContaining("does not follow entry 1") },
  ],
])("a chain that is %s is named with the entry's number", (_, entries, problem) => {
  expect(read(entries)).toEqual(problem ?? { entries, torn: undefined, validLength: expect.any(Number) });
});

test("a journal that an earlier version began is gone on with by this one", () => {
  const old = note(1);
  const next = chained(note(2), old, digest);
  expect(read([old, next])).toMatchObject({ entries: [old, next] });
  expect(read([{ ...old, by: "eve@two" }, next])).toMatchObject({ line: 2 });
});
