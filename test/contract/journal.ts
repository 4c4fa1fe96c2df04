import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/migration/journal.ts";
import type { Journal } from "../../src/ports/journal.ts";

/**
 * One place where a journal is kept. `open` gives a fresh adapter onto the same place, as another process would have.
 */
export interface JournalPlace {
  readonly open: () => Journal;
}

/** What every journal promises, whatever it is kept in. */
export function journalContract(name: string, place: () => JournalPlace | Promise<JournalPlace>): void {
  describe(`journal: ${name}`, () => {
    test("is empty before the first entry", async () => {
      const { open } = await place();
      expect(await open().read()).toEqual({ entries: [], torn: [] });
    });

    test("gives back what was appended, to another process too", async () => {
      const { open } = await place();
      const journal = open();
      for (let seq = 1; seq <= 40; seq++) await journal.append(note(seq, "ein Wort — ✓ 𝒳".repeat(seq)));
      const { entries, torn } = await open().read();
      expect(torn).toEqual([]);
      expect(entries).toEqual(Array.from({ length: 40 }, (_, i) => note(i + 1, "ein Wort — ✓ 𝒳".repeat(i + 1))));
    });

    test("refuses an entry that does not follow the last", async () => {
      const journal = (await place()).open();
      await journal.append(note(1));
      await expect(journal.append(note(3))).rejects.toMatchObject({ code: "journal.moved" });
    });

    test("accepts the last entry again, as after a lost answer", async () => {
      const { open } = await place();
      const journal = open();
      await journal.append(note(1));
      await journal.append(note(1));
      await journal.append(note(2));
      expect((await open().read()).entries).toEqual([note(1), note(2)]);
    });

    test("lets only one of two writers append", async () => {
      const { open } = await place();
      const [ours, theirs] = [open(), open()];
      await ours.read();
      await theirs.read();
      await ours.append(note(1, "ours"));
      await expect(theirs.append(note(1, "theirs"))).rejects.toMatchObject({ code: "journal.moved" });
      expect((await open().read()).entries).toEqual([note(1, "ours")]);
    });

    test("names the holder to whoever else wants to write, until it is released", async () => {
      const { open } = await place();
      const release = await open().acquire("anna@one");
      await expect(open().acquire("ben@two")).rejects.toMatchObject({
        code: "journal.held",
        message: expect.stringContaining("anna@one"),
      });
      await release();
      await (await open().acquire("ben@two"))();
    });

    test("hands a request to pause to the run that holds it, once", async () => {
      const { open } = await place();
      expect(await open().takePauseRequest?.()).toBeUndefined();
      await open().requestPause?.("ben@two");
      expect(await open().takePauseRequest?.()).toBe("ben@two");
      expect(await open().takePauseRequest?.()).toBeUndefined();
    });
  });
}

/** A small entry with the given number. */
export function note(seq: number, detail = "x"): JournalEntry {
  return { seq, at: "2026-11-25T10:00:00.000Z", planId: "p", by: "anna@one", type: "note", kind: "test", detail };
}
