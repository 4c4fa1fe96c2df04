import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { note } from "../../../test/contract/journal.ts";
import { ObjectStore } from "../../../test/support/object-store.ts";
import { Fault } from "../../fault/fault.ts";
import { DiskJournal } from "../disk/journal.ts";
import { hasEnded, runName } from "../disk/process-name.ts";
import { ClusterJournal } from "./journal.ts";
import { MirroredJournal } from "./journal-mirrored.ts";

const nowMs = Date.parse("2026-11-25T10:00:00Z");
const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };

test("an entry larger than a ConfigMap whose writing was cut short is dropped and written over", async () => {
  const store = new ObjectStore();
  const options = { chunkLength: 100 };
  await new ClusterJournal(store, clock, options).append(note(1));
  const dying = dyingAfter(store, 2);
  await expect(new ClusterJournal(dying, clock, options).append(note(2, "y".repeat(500)))).rejects.toThrow("killed");
  const journal = new ClusterJournal(store, clock, options);
  const { entries, torn } = await journal.read();
  expect(entries).toEqual([note(1)]);
  expect(torn).toHaveLength(1);
  await journal.append(note(2, "shorter"));
  expect(await new ClusterJournal(store, clock, options).read()).toEqual({
    entries: [note(1), note(2, "shorter")],
    torn: [],
  });
});

test("an append whose answer was lost is there when it is tried again", async () => {
  const store = new ObjectStore();
  const journal = new ClusterJournal(losingAnswers(store), clock);
  await expect(journal.append(note(1))).rejects.toMatchObject({ code: "kube.Unreachable" });
  await journal.append(note(1));
  expect((await new ClusterJournal(store, clock).read()).entries).toEqual([note(1)]);
});

test("a ConfigMap that was removed is damage, not a shorter journal", async () => {
  const store = new ObjectStore();
  const journal = new ClusterJournal(store, clock, { chunkLength: 120 });
  for (let seq = 1; seq <= 3; seq++) await journal.append(note(seq));
  await store.delete({ resource: "configmaps", namespace: "kube-system", name: "dovetail-journal-0002" });
  await expect(new ClusterJournal(store, clock).read()).rejects.toMatchObject({ code: "journal.corrupt" });
});

test("a Lease runs out a minute after its holder died, or at once when the holder is known to be gone", async () => {
  const store = new ObjectStore();
  await new ClusterJournal(store, clock).acquire("anna@one");
  const later = { ...clock, nowMs: () => nowMs + 61_000 };
  const ben = new ClusterJournal(store, clock);
  await expect(ben.acquire("ben@two")).rejects.toMatchObject({
    code: "journal.held",
    message: expect.stringMatching(/in use by anna@\S+ pid \d+ since 2026-11-25T10:00/),
  });
  await expect(new ClusterJournal(store, clock).acquire("anna@one")).rejects.toMatchObject({ code: "journal.held" });
  const knowing = new ClusterJournal(store, clock, { isGone: (holder) => holder.startsWith("anna@") });
  await knowing.acquire("anna@one");
  await new ClusterJournal(store, later).acquire("ben@two");
});

test("a holder of this machine whose process has ended is told from one that runs, and from one elsewhere", () => {
  const own = runName("anna@one");
  expect(hasEnded(own)).toBe(false);
  // No process has this number: it is above the largest that Linux gives.
  const ended = own.replace(/ pid \d+ /, " pid 4194305 ");
  expect(hasEnded(ended)).toBe(true);
  expect(hasEnded(own.replace(/ started \S+ /, " started 1 "))).toBe(process.platform === "linux");
  expect(hasEnded(ended.replace(/ on \S+ /, " on elsewhere "))).toBe(false);
  expect(hasEnded("anna@one 41")).toBe(false);
});

test("reading brings the place that a crash left behind up to the other", async () => {
  const [store, folder] = [new ObjectStore(), await mkdtemp(join(tmpdir(), "journal-"))];
  const disk = (): DiskJournal => new DiskJournal(join(folder, "journal.jsonl"));
  await disk().append(note(1));
  await new MirroredJournal(disk(), new ClusterJournal(store, clock)).read();
  await new ClusterJournal(store, clock).append(note(2));
  const { entries } = await new MirroredJournal(disk(), new ClusterJournal(store, clock)).read();
  expect(entries).toEqual([note(1), note(2)]);
  expect((await disk().read()).entries).toEqual(entries);
});

test("two histories are refused with the place of the difference", async () => {
  const [store, folder] = [new ObjectStore(), await mkdtemp(join(tmpdir(), "journal-"))];
  const disk = new DiskJournal(join(folder, "journal.jsonl"));
  await disk.append(note(1, "here"));
  await new ClusterJournal(store, clock).append(note(1, "there"));
  await expect(new MirroredJournal(disk, new ClusterJournal(store, clock)).read()).rejects.toMatchObject({
    code: "journal.diverged",
    message: expect.stringContaining("from entry 1 on"),
  });
});

function dyingAfter(store: ObjectStore, writes: number): ObjectStore {
  let left = writes;
  return new Proxy(store, {
    get(target, key: keyof ObjectStore) {
      const member = target[key];
      if (typeof member !== "function") return member;
      return (...args: never[]) => {
        if ((key === "create" || key === "replace") && left-- <= 0) return Promise.reject(new Error("killed"));
        return (member as (...all: never[]) => unknown).apply(target, args);
      };
    },
  });
}

function losingAnswers(store: ObjectStore): ObjectStore {
  let hasLost = false;
  return new Proxy(store, {
    get(target, key: keyof ObjectStore) {
      const member = target[key];
      if (typeof member !== "function") return member;
      return async (...args: never[]) => {
        const answer: unknown = await (member as (...all: never[]) => Promise<unknown>).apply(target, args);
        if (key !== "create" || hasLost) return answer;
        hasLost = true;
        throw new Fault("kube.Unreachable", "connection reset", { retry: "now" });
      };
    },
  });
}
