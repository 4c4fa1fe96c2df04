import { isResourceName } from "../../kube/resources.ts";
import type { Readable } from "node:stream";
import { isObject } from "../../kube/json.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import type { SnapshotReader } from "../../ports/source.ts";
import { snapshotOfDumps } from "../../snapshot/assemble.ts";
import { Collector, resourceOfFile } from "../../snapshot/collect.ts";
import type { RedactedSnapshot } from "../../snapshot/snapshot.ts";
import { ReadBounds } from "./bounds.ts";
import { bytesOf } from "./bytes.ts";
import { DiskFiles } from "./files.ts";
import { JsonSplitter } from "./json-stream.ts";
import { isSnapshotHead, SnapshotBuilder } from "./snapshot-file.ts";
import { isInLines, SnapshotLines } from "./snapshot-lines.ts";
import { podTemplatesOf } from "./pod-templates.ts";
import { UnreadFiles } from "./unread.ts";
import { type BrokenYaml, type YamlSink, YamlSplitter } from "./yaml-stream.ts";
import { working } from "../../app/run/news.ts";

/** Where to read from, and what the user said of it. */
export interface DiskRequest {
  /** A snapshot file, a dump file, a folder of dumps, or `-`. */
  readonly path: string;
  readonly clusterName?: string;
  /** What `-` reads. */
  readonly stdin: Readable;
  /** A file that says where custom resources hold their pod templates. */
  readonly podTemplates?: string;
  /** The time of a stream, which has none of its own. */
  readonly nowMs: number;
}

const dumpFile = /\.(ya?ml|json|jsonl|ndjson)(\.gz)?$/i;

/** The loader of files: snapshot or dumps is decided by what is inside, not by names. */
export function diskReader(request: DiskRequest): SnapshotReader {
  return { name: request.path === "-" ? "standard input" : request.path, read: (host) => readDisk(request, host) };
}

async function readDisk(request: DiskRequest, host: Host): Promise<RedactedSnapshot> {
  const name = request.path === "-" ? "standard input" : request.path;
  const inputs = await inputsOf(request);
  const progress = working(host, { code: "reading", name }, inputs.files.length);
  const collector = new Collector(await podTemplatesOf(request.podTemplates));
  const unread = new UnreadFiles();
  let done = 0;
  for (const file of inputs.files) {
    if (unread.isSource(file.origin)) continue;
    const snapshot = await readFile(file, { collector, unread, interrupted: host.interrupted });
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
  unread.complain();
  if (collector.isEmpty) throw nothingFound(name, collector, unread);
  if (collector.secretsDropped > 0) {
    host.tell({ kind: "secrets-left-unread", count: collector.secretsDropped, name });
  }
  return snapshotOfDumps({
    name: request.path,
    readAt: new Date(inputs.newestMs).toISOString(),
    collector,
    gaps: unread.gaps(),
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
  into: { readonly collector: Collector; readonly unread: UnreadFiles; readonly interrupted: AbortSignal },
): Promise<RedactedSnapshot | undefined> {
  const sink = new FileSink(origin, into.collector, into.unread);
  const bounds = new ReadBounds(origin);
  let json: JsonSplitter | SnapshotLines | undefined;
  let yaml: YamlSplitter | undefined;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  try {
    for await (const piece of bytesOf(source, origin)) {
      if (into.interrupted.aborted) {
        throw new Fault("interrupted", `interrupted while reading ${origin}; nothing was written`);
      }
      bounds.read(piece.length);
      const bytes = json === undefined && yaml === undefined ? withoutMark(piece) : piece;
      if (json === undefined && yaml === undefined) {
        const head = bytes.subarray(0, 4096).toString("utf8").trimStart();
        if (isSnapshotHead(head)) sink.snapshot = new SnapshotBuilder(origin);
        if (sink.snapshot !== undefined && isInLines(bytes.toString("utf8"))) {
          json = new SnapshotLines(sink, origin, bounds);
        } else if (isJsonHead(head)) json = new JsonSplitter(sink, origin, bounds);
        else yaml = new YamlSplitter(sink, bounds);
      }
      json?.push(bytes);
      yaml?.push(decoder.decode(bytes, { stream: true }));
    }
    json?.end();
    yaml?.push(decoder.decode());
    yaml?.end();
  } catch (error) {
    // Other files may hold mistakes too: all are told at once. A snapshot stands alone.
    if (!(error instanceof Fault) || error.code !== "file.syntax" || sink.snapshot !== undefined) throw error;
    into.unread.mistake(origin, error);
  }
  if (sink.snapshot !== undefined) return sink.snapshot.finish();
  sink.finish();
  return undefined;
}

// Some editors put a mark before the first letter; JSON has no place for it.
function withoutMark(piece: Buffer): Buffer {
  return piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf ? piece.subarray(3) : piece;
}

/** `{apiVersion: v1}` is YAML and `{{ .Values }}` a template: JSON has quotes around its keys. */
function isJsonHead(head: string): boolean {
  return /^(?:\{\s*(?:"|\}|$)|\[\s*(?:[{["\]0-9-]|$|true|false|null))/.test(head);
}

/** Items of typed lists (`PodList`) learn their kind from the document around them, which may come after. */
class FileSink implements YamlSink {
  snapshot: SnapshotBuilder | undefined;
  readonly #origin: string;
  readonly #collector: Collector;
  readonly #unread: UnreadFiles;
  #waiting: unknown[] = [];
  #hadItems = false;

  constructor(origin: string, collector: Collector, unread: UnreadFiles) {
    this.#origin = origin;
    this.#collector = collector;
    this.#unread = unread;
  }

  broken(problem: BrokenYaml): void {
    this.#unread.broken(this.#origin, problem);
  }

  item(value: unknown, list: string): void {
    this.#hadItems = true;
    if (this.snapshot !== undefined) {
      // The splitter stops at lists of resources only.
      if (isResourceName(list)) this.snapshot.item(value, list);
    } else if (isObject(value) && value["kind"] === undefined) this.#waiting.push(value);
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
    else if (isList) {
      // A list with anchors was not taken apart.
      const own = value["items"];
      const all: readonly unknown[] = Array.isArray(own) ? items.concat(own) : items;
      this.#hadItems ||= all.length > 0;
      this.#collector.add({ ...value, items: all }, this.#origin);
    } else if (!this.#hadItems || items.length > 0 || (isObject(value) && value["kind"] !== undefined))
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

function renamed(snapshot: RedactedSnapshot, request: DiskRequest): RedactedSnapshot {
  const source = { ...snapshot.source, kind: "snapshot" as const, name: request.path };
  return { ...snapshot, source, ...(request.clusterName === undefined ? {} : { clusterName: request.clusterName }) };
}

function nothingFound(name: string, collector: Collector, unread: UnreadFiles): Fault {
  const [left] = unread.gaps();
  if (left !== undefined) return usage("nothing-read", left.detail, "pass what it renders");
  const kinds = [...collector.otherKinds.keys()].slice(0, 3).join(", ");
  const found = kinds === "" ? "" : ` (found: ${kinds})`;
  return usage(
    "nothing-read",
    `${name} holds no Kubernetes objects that Dovetail knows${found}`,
    "pass a snapshot file, or dumps made with `kubectl get nodes,pods,deployments,replicasets,statefulsets,daemonsets,pdb -A -o json`",
  );
}
