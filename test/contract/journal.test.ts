import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskJournal } from "../../src/adapters/disk/journal.ts";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { ClusterJournal } from "../../src/adapters/kubernetes/journal.ts";
import { MirroredJournal } from "../../src/adapters/kubernetes/journal-mirrored.ts";
import { ObjectStore } from "../support/object-store.ts";
import { journalContract } from "./journal.ts";

const clock = { nowMs: () => 1_800_000_000_000, sleep: () => Promise.resolve() };

journalContract("memory", () => {
  const journal = new MemoryJournal();
  return { open: () => journal };
});

journalContract("disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "journal-"));
  return { open: () => new DiskJournal(join(folder, "deep", "journal.jsonl")) };
});

journalContract("cluster", () => {
  const store = new ObjectStore();
  return { open: () => new ClusterJournal(store, clock) };
});

journalContract("cluster, in ConfigMaps smaller than an entry", () => {
  const store = new ObjectStore();
  return { open: () => new ClusterJournal(store, clock, { chunkLength: 151 }) };
});

journalContract("disk and cluster", async () => {
  const folder = await mkdtemp(join(tmpdir(), "journal-"));
  const store = new ObjectStore();
  return {
    open: () => new MirroredJournal(new DiskJournal(join(folder, "journal.jsonl")), new ClusterJournal(store, clock)),
  };
});
