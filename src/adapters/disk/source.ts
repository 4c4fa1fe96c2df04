import type { Readable } from "node:stream";
import { isObject } from "../../kube/json.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import type { SnapshotReader } from "../../ports/source.ts";
import { snapshotOfDumps } from "../../snapshot/assemble.ts";
import { Collector, resourceOfFile } from "../../snapshot/collect.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { bytesOf } from "./bytes.ts";
import { DiskFiles } from "./files.ts";
import { JsonSplitter, type JsonSink } from "./json-stream.ts";
import { isSnapshotHead, SnapshotBuilder } from "./snapshot-file.ts";
import { isInLines, SnapshotLines } from "./snapshot-lines.ts";
import { YamlSplitter } from "./yaml-stream.ts";

/** Where to read from, and what the user said of it. */
export interface DiskRequest {
  /** A snapshot file, a dump file, a folder of dumps, or `-`. */
  readonly path: string;
  readonly clusterName?: string;
  /** What `-` reads. */
  readonly stdin: Readable;
  /** The time of a stream, which has none of its own. */
  readonly nowMs: number;
}

const dumpFile = /\.(ya?ml|json|jsonl|ndjson)(\.gz)?$/i;

/** The loader of files: snapshot or dumps is decided by what is inside, not by names. */
export function diskReader(request: DiskRequest): SnapshotReader {
  return { name: request.path === "-" ? "standard input" : request.path, read: (host) => readDisk(request, host) };
}

async function readDisk(request: DiskRequest, host: Host): Promise<Snapshot> {
  const name = request.path === "-" ? "standard input" : request.path;
  const inputs = await inputsOf(request);
  const progress = host.progress(`reading ${name}`, inputs.files.length);
  const collector = new Collector();
  let done = 0;
  for (const file of inputs.files) {
    const snapshot = await readFile(file, collector, host.interrupted);
    if (snapshot !== undefined && inputs.files.length === 1) {
      progress.end();
      return renamed(snapshot, request);
    }
    if (snapshot !== undefined) {
      throw usage("several-sources", `${file.origin} is a snapshot among dumps`, `pass --from ${file.origin} alone`);
    }
    done += 1;
    progress.update(done, file.origin);
  }
  progress.end();
  if (collector.isEmpty) throw nothingFound(name, collector);
  if (collector.secretsDropped > 0) {
    const secrets = collector.secretsDropped === 1 ? "1 Secret" : `${collector.secretsDropped} Secrets`;
    host.tell(`left ${secrets} in ${name} unread; take them out of dumps before sharing them`);
  }
  return snapshotOfDumps({
    name: request.path,
    readAt: new Date(inputs.newestMs).toISOString(),
    collector,
    ...(request.clusterName === undefined ? {} : { clusterName: request.clusterName }),
  });
}

interface Inputs {
  readonly files: readonly { readonly source: string | Readable; readonly origin: string }[];
  readonly newestMs: number;
}

async function inputsOf(request: DiskRequest): Promise<Inputs> {
  if (request.path === "-") {
    return { files: [{ source: request.stdin, origin: "standard input" }], newestMs: request.nowMs };
  }
  const disk = new DiskFiles();
  const found = await disk.stat(request.path);
  if (found === undefined) {
    throw usage(
      "no-source",
      `${request.path} does not exist`,
      "pass a snapshot file, or a folder of `kubectl get -o json` dumps",
    );
  }
  if (found.kind === "file") {
    return { files: [{ source: request.path, origin: request.path }], newestMs: found.modifiedMs };
  }
  const paths = (await disk.list(request.path)).filter((path) => dumpFile.test(path));
  if (paths.length === 0) {
    throw usage(
      "empty-source",
      `${request.path} holds no .yaml, .yml or .json files`,
      "fill it with `kubectl get nodes,pods,deployments,replicasets,statefulsets,daemonsets,pdb -A -o json > dump.json`",
    );
  }
  const times = await Promise.all(paths.map((path) => disk.stat(path)));
  return {
    files: paths.map((path) => ({ source: path, origin: path })),
    newestMs: Math.max(...times.map((one) => one?.modifiedMs ?? 0)),
  };
}

/** Reads one file into the collector; answers a snapshot instead when the file is one. */
async function readFile(
  { source, origin }: Inputs["files"][number],
  collector: Collector,
  interrupted: AbortSignal,
): Promise<Snapshot | undefined> {
  const sink = new FileSink(origin, collector);
  let json: JsonSplitter | SnapshotLines | undefined;
  let yaml: YamlSplitter | undefined;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  for await (const piece of bytesOf(source, origin)) {
    if (interrupted.aborted) throw new Fault("interrupted", `interrupted while reading ${origin}; nothing was written`);
    if (json === undefined && yaml === undefined) {
      const head = piece.subarray(0, 4096).toString("utf8").trimStart();
      if (isSnapshotHead(head)) sink.snapshot = new SnapshotBuilder(origin);
      if (sink.snapshot !== undefined && isInLines(piece.toString("utf8"))) json = new SnapshotLines(sink, origin);
      else if (head.startsWith("{") || head.startsWith("[")) json = new JsonSplitter(sink, origin);
      else yaml = new YamlSplitter(sink, origin);
    }
    json?.push(piece);
    yaml?.push(decoder.decode(piece, { stream: true }));
  }
  json?.end();
  yaml?.push(decoder.decode());
  yaml?.end();
  if (sink.snapshot !== undefined) return sink.snapshot.finish();
  sink.finish();
  return undefined;
}

/** Items of typed lists (`PodList`) learn their kind from the document around them, which may come after. */
class FileSink implements JsonSink {
  snapshot: SnapshotBuilder | undefined;
  readonly #origin: string;
  readonly #collector: Collector;
  #waiting: unknown[] = [];
  #hadItems = false;

  constructor(origin: string, collector: Collector) {
    this.#origin = origin;
    this.#collector = collector;
  }

  item(value: unknown, list: string): void {
    this.#hadItems = true;
    if (this.snapshot !== undefined) this.snapshot.item(value, list as ResourceName);
    else if (isObject(value) && value["kind"] === undefined) this.#waiting.push(value);
    else this.#collector.add(value, this.#origin);
  }

  document(value: unknown): void {
    if (this.snapshot !== undefined) {
      this.snapshot.document(value);
      return;
    }
    const items = this.#waiting;
    this.#waiting = [];
    const isList = isObject(value) && typeof value["kind"] === "string" && value["kind"].endsWith("List");
    if (Array.isArray(value)) for (const one of value) this.#collector.add(one, this.#origin);
    else if (isList) this.#collector.add({ ...(value as object), items }, this.#origin);
    else if (!this.#hadItems || items.length > 0 || (isObject(value) && value["kind"] !== undefined))
      this.#collector.add(value, this.#origin);
    if (isList && !this.#hadItems) {
      const named = resourceOfFile(this.#origin);
      if (named !== undefined) this.#collector.seen(named);
    }
    this.#hadItems = false;
  }

  finish(): void {
    for (const value of this.#waiting) this.#collector.add(value, this.#origin);
    this.#waiting = [];
  }
}

function renamed(snapshot: Snapshot, request: DiskRequest): Snapshot {
  const source = { ...snapshot.source, kind: "snapshot" as const, name: request.path };
  return { ...snapshot, source, ...(request.clusterName === undefined ? {} : { clusterName: request.clusterName }) };
}

function nothingFound(name: string, collector: Collector): Fault {
  const kinds = [...collector.otherKinds.keys()].slice(0, 3).join(", ");
  const found = kinds === "" ? "" : ` (found: ${kinds})`;
  return usage(
    "nothing-read",
    `${name} holds no Kubernetes objects that Dovetail knows${found}`,
    "pass a snapshot file, or dumps made with `kubectl get nodes,pods,deployments,replicasets,statefulsets,daemonsets,pdb -A -o json`",
  );
}
