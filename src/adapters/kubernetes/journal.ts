import type { ConfigMap, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import { sha256 } from "../../app/run/digest.ts";
import { entryLine, parseJournal } from "../../migration/journal-text.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Cluster } from "../../ports/cluster.ts";
import { Fault } from "../../fault/fault.ts";
import type { Journal } from "../../ports/journal.ts";
import { type HolderCheck, JournalLease } from "./journal-lease.ts";
import { hasEnded } from "../disk/process-name.ts";
import { corrupt, moved } from "../disk/journal-faults.ts";

/** Where and how the journal is kept in the cluster. */
export interface ClusterJournalOptions {
  /** Where the ConfigMaps and the Lease live; default `kube-system`. */
  readonly namespace?: string;
  /** Whether a Lease holder is known to be gone although its Lease runs on; default: a process of this machine that ended. */
  readonly isGone?: HolderCheck;
  /** UTF-16 units per ConfigMap; small only in tests. */
  readonly chunkLength?: number;
}

// Three bytes a unit at worst stay far below the API server's limit of about 1 MiB, and each append rewrites at most
// this much.
const defaultChunkLength = 100_000;
const labels = { "app.kubernetes.io/managed-by": "dovetail", "app.kubernetes.io/component": "journal" };
const pauseName = "dovetail-pause";
const pauseLabels = { "app.kubernetes.io/managed-by": "dovetail" };
const selector = Object.entries(labels)
  .map(([key, value]) => `${key}=${value}`)
  .join(",");

interface Chunk {
  readonly text: string;
  readonly object: ConfigMap;
}

/**
 * The journal inside the cluster that it speaks of: text in numbered ConfigMaps, so that a colleague can resume from
 * any machine.
 *
 * An append replaces the last ConfigMap at the version that was read, or creates the next: two writers cannot both
 * succeed.
 */
export class ClusterJournal implements Journal {
  readonly where: string;
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #chunkLength: number;
  readonly #lease: JournalLease;
  #chunks: Chunk[] | undefined;
  #lastSeq = 0;
  #lastLine = "";
  /** Units of whole entries in all chunks together. */
  #validLength = 0;

  constructor(cluster: Cluster, clock: Clock, options: ClusterJournalOptions = {}) {
    this.#cluster = cluster;
    this.#namespace = options.namespace ?? "kube-system";
    this.#chunkLength = options.chunkLength ?? defaultChunkLength;
    this.where = `configmap/${this.#namespace}/dovetail-journal`;
    this.#lease = new JournalLease(cluster, clock, {
      namespace: this.#namespace,
      where: this.where,
      isGone: options.isGone ?? hasEnded,
    });
  }

  async read(): Promise<{ readonly entries: readonly JournalEntry[]; readonly torn: readonly string[] }> {
    const found = await this.#cluster.list("configmaps", { namespace: this.#namespace, labelSelector: selector });
    const objects = found.toSorted((a, b) => numberOf(a.metadata.name) - numberOf(b.metadata.name));
    objects.forEach((object, index) => {
      if (object.metadata.name !== chunkName(index))
        throw corrupt(this.where, index + 1, "is missing: a ConfigMap was removed");
    });
    const chunks = objects.map((object) => ({ text: object.data?.["journal"] ?? "", object }));
    const parsed = parseJournal(chunks.map((chunk) => chunk.text).join(""), sha256);
    if ("problem" in parsed) throw corrupt(this.where, parsed.line, parsed.problem);
    this.#chunks = chunks;
    const last = parsed.entries.at(-1);
    this.#lastSeq = last?.seq ?? 0;
    this.#lastLine = last === undefined ? "" : entryLine(last);
    this.#validLength = parsed.validLength;
    return { entries: parsed.entries, torn: parsed.torn === undefined ? [] : [this.where] };
  }

  async append(entry: JournalEntry): Promise<void> {
    this.#lease.assertNotLost();
    if (this.#chunks === undefined) await this.read();
    const line = entryLine(entry);
    // Again after an answer was lost: the entry is there.
    if (entry.seq === this.#lastSeq && line === this.#lastLine) return;
    if (entry.seq !== this.#lastSeq + 1) throw moved(this.where, entry.seq, this.#lastSeq);
    try {
      await this.#write(line);
    } catch (error) {
      // After any failure what we know may be old.
      this.#chunks = undefined;
      if (!(error instanceof Fault) || error.code !== "kube.Conflict") throw error;
      await this.read();
      if (this.#lastLine !== line) throw moved(this.where, entry.seq, this.#lastSeq);
    }
    this.#lastSeq = entry.seq;
    this.#lastLine = line;
  }

  acquire(holder: string): Promise<() => Promise<void>> {
    return this.#lease.acquire(holder);
  }

  assertHeld(): Promise<void> {
    return this.#lease.assertHeld();
  }

  async requestPause(by: string): Promise<void> {
    const metadata = { name: pauseName, namespace: this.#namespace, labels: pauseLabels };
    await this.#cluster.apply("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata, data: { by } });
  }

  async takePauseRequest(): Promise<string | undefined> {
    const ref = { resource: "configmaps" as const, namespace: this.#namespace, name: pauseName };
    const found = await this.#cluster.get(ref);
    if (found === undefined) return undefined;
    await this.#cluster.delete(ref);
    return found.data?.["by"] ?? "somebody";
  }

  async #write(line: string): Promise<void> {
    const chunks = this.#chunks ?? [];
    await this.#dropTorn(chunks);
    const last = chunks.at(-1);
    if (last !== undefined && last.text.length + line.length <= this.#chunkLength) {
      chunks[chunks.length - 1] = await this.#replace(last, last.text + line);
    } else {
      for (const piece of pieces(line, this.#chunkLength)) chunks.push(await this.#create(chunks.length, piece));
    }
    this.#validLength += line.length;
  }

  // What a crash left behind the last whole entry goes before the next entry comes.
  async #dropTorn(chunks: Chunk[]): Promise<void> {
    let before = chunks.reduce((sum, chunk) => sum + chunk.text.length, 0);
    while (before > this.#validLength) {
      const last = chunks.pop();
      if (last === undefined) return;
      before -= last.text.length;
      const { name, uid } = last.object.metadata;
      if (before >= this.#validLength) {
        const guard = uid === undefined ? {} : { uid };
        await this.#cluster.delete({ resource: "configmaps", namespace: this.#namespace, name }, guard);
      } else {
        chunks.push(await this.#replace(last, last.text.slice(0, this.#validLength - before)));
        return;
      }
    }
  }

  async #create(index: number, text: string): Promise<Chunk> {
    const name = chunkName(index);
    return { text, object: await this.#cluster.create("configmaps", this.#object({ name }, text)) };
  }

  async #replace(chunk: Chunk, text: string): Promise<Chunk> {
    const { name, resourceVersion } = chunk.object.metadata;
    const ref = { resource: "configmaps" as const, namespace: this.#namespace, name };
    const version = resourceVersion === undefined ? {} : { resourceVersion };
    return { text, object: await this.#cluster.replace(ref, this.#object({ name, ...version }, text)) };
  }

  #object(metadata: { readonly name: string }, text: string): KubeObject & JsonObject {
    const whole = { ...metadata, namespace: this.#namespace, labels };
    return { apiVersion: "v1", kind: "ConfigMap", metadata: whole, data: { journal: text } };
  }
}

function chunkName(index: number): string {
  return `dovetail-journal-${String(index + 1).padStart(4, "0")}`;
}

function numberOf(name: string): number {
  return Number(/(?<!\d)\d+$/.exec(name)?.[0] ?? 0);
}

function pieces(text: string, length: number): string[] {
  const result: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + length, text.length);
    // Never between the halves of a surrogate pair: half a character does not survive UTF-8.
    if (end < text.length && isLowSurrogate(text.charCodeAt(end))) end -= 1;
    result.push(text.slice(at, end));
    at = end;
  }
  return result;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
