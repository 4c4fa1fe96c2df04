import { appendFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { note } from "../../../test/contract/journal.ts";
import { DiskJournal } from "./journal.ts";

async function journalOf(...seqs: number[]): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "journal-")), "journal.jsonl");
  const journal = new DiskJournal(path);
  for (const seq of seqs) await journal.append(note(seq));
  return path;
}

test("a last line cut short is dropped with a warning, and the next entry takes its place", async () => {
  const path = await journalOf(1, 2);
  await appendFile(path, '{"seq":3,"at":"2026');
  const journal = new DiskJournal(path);
  const { entries, torn } = await journal.read();
  expect(entries.map((entry) => entry.seq)).toEqual([1, 2]);
  expect(torn).toHaveLength(1);
  await journal.append(note(3, "again"));
  expect(await new DiskJournal(path).read()).toEqual({ entries: [note(1), note(2), note(3, "again")], torn: [] });
});

test("damage in the middle stops with the line's number", async () => {
  const path = await journalOf(1, 2, 3);
  const lines = (await readFile(path, "utf8")).split("\n");
  lines[1] = "{ not json";
  await writeFile(path, lines.join("\n"));
  await expect(new DiskJournal(path).read()).rejects.toMatchObject({
    code: "journal.corrupt",
    message: `line 2 of the journal ${path} is not a journal entry`,
  });
});

test("a missing entry stops with what was expected", async () => {
  const path = await journalOf(1, 2, 3);
  const lines = (await readFile(path, "utf8")).split("\n");
  await writeFile(path, [lines[0], lines[2], ""].join("\n"));
  await expect(new DiskJournal(path).read()).rejects.toMatchObject({
    message: expect.stringContaining("has seq 3 where 2 belongs"),
  });
});

test("the lock of a process that died is taken over", async () => {
  const path = await journalOf(1);
  const since = "2026-11-25T10:00:00.000Z";
  // No process has this number: it is above the largest that Linux gives.
  await writeFile(`${path}.lock`, JSON.stringify({ holder: "anna@one", pid: 4_194_305, host: hostname(), since }));
  await (await new DiskJournal(path).acquire("ben@one"))();
});

test("the lock of another machine is respected", async () => {
  const path = await journalOf(1);
  const since = "2026-11-25T10:00:00.000Z";
  await writeFile(`${path}.lock`, JSON.stringify({ holder: "anna@one", pid: 1, host: "elsewhere", since }));
  await expect(new DiskJournal(path).acquire("ben@one")).rejects.toMatchObject({ code: "journal.held" });
});

test("a folder that cannot be written is said before anything is changed", async () => {
  const path = await journalOf(1);
  const journal = new DiskJournal(join(path, "below-a-file", "journal.jsonl"));
  await expect(journal.append(note(1))).rejects.toMatchObject({ code: "journal.unreadable" });
});
