import { buffersOf } from "./bytes.ts";
import { createGzip } from "node:zlib";
import { once } from "node:events";
import { isObject, keysOf } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { nameOf } from "../../kube/pod.ts";
import { type ClusterObjects, type ResourceName, resources } from "../../kube/resources.ts";
import { Fault, usage } from "../../fault/fault.ts";
import { redactObject } from "../../snapshot/redact.ts";
import { shapeProblem } from "../../snapshot/shape.ts";
import { Interner, shareObject } from "../../snapshot/slim.ts";
import { withNodeFacts } from "../../snapshot/node-facts.ts";
import { redactedSnapshot } from "../../snapshot/redacted.ts";
import { type Gap, type RedactedSnapshot, snapshotSchema } from "../../snapshot/snapshot.ts";
import { snapshotHead } from "../../snapshot/schema.ts";
import { writeWhole } from "./files.ts";

const schemaName = /^\s*\{\s*"schema"\s*:\s*"dovetail\.snapshot\//;

/** Whether a file begins like a snapshot. */
export function isSnapshotHead(head: string): boolean {
  return schemaName.test(head);
}

/** Puts a snapshot together from the pieces of its file. */
export class SnapshotBuilder {
  readonly #origin: string;
  readonly #interner = new Interner();
  readonly #lists = new Map<ResourceName, KubeObject[]>();
  /** Objects of another shape than any API server serves: somebody edited the file. Left out, each with a gap, as from dumps. */
  readonly #malformed: Gap[] = [];
  #head: unknown;

  constructor(origin: string) {
    this.#origin = origin;
  }

  item(value: unknown, list: ResourceName): void {
    const items = this.#lists.get(list) ?? [];
    this.#lists.set(list, items);
    const place = `object ${items.length + this.#malformed.length + 1} of ${list}`;
    const problem = isNamed(value) ? shapeProblem(list, value) : "has no apiVersion, kind and metadata.name";
    if (isNamed(value) && problem === undefined) {
      items.push(shareObject(value, this.#interner));
      return;
    }
    const scope = isNamed(value) ? `${value.kind} ${nameOf(value)}` : place;
    this.#malformed.push({ what: list, reason: "malformed", detail: `${scope} ${problem} and is left out`, scope });
  }

  document(value: unknown): void {
    this.#head = value;
  }

  /** The snapshot. Throws a usage fault for a newer schema or a file that is not whole. */
  finish(): RedactedSnapshot {
    const head = this.#head;
    const schema = isObject(head) ? head["schema"] : undefined;
    const version = Number(
      /^dovetail\.snapshot\/(\d+)$/.exec(typeof schema === "string" ? schema : "")?.[1] ?? Number.NaN,
    );
    const ours = Number(snapshotSchema.split("/")[1]);
    if (version > ours) {
      throw usage(
        "newer-schema",
        `${this.#origin} has schema dovetail.snapshot/${version}; this dovetail reads up to ${snapshotSchema}`,
        "use the newer dovetail that wrote it",
      );
    }
    const checked = snapshotHead(head);
    if (!checked.ok) {
      throw new Fault("file.malformed", `${this.#origin} is not a whole snapshot: ${checked.reason}`, {
        hint: "write it again with `dovetail snapshot --out FILE`",
      });
    }
    const names = keysOf(resources).filter((name) => checked.value.objects[name] !== undefined);
    // Items were taken out of the document by the splitter; here they return to their lists.
    const objects = Object.fromEntries(names.map((name) => [name, this.#lists.get(name) ?? []])) as ClusterObjects;
    const gaps = [...checked.value.gaps, ...this.#malformed];
    return withNodeFacts(redactedSnapshot({ ...checked.value, schema: snapshotSchema, objects, gaps }));
  }
}

function isNamed(value: unknown): value is KubeObject & JsonObject {
  if (!isObject(value)) return false;
  const { apiVersion, kind, metadata } = value;
  return (
    typeof apiVersion === "string" &&
    typeof kind === "string" &&
    isObject(metadata) &&
    typeof metadata["name"] === "string"
  );
}

/**
 * Writes a snapshot as one JSON document, one object a line, redacted once more on the way: gzip, or plain for a name that ends in
 * `.json`. Throws `interrupted` when the signal comes before the end.
 */
export async function writeSnapshot(
  path: string,
  snapshot: RedactedSnapshot,
  signal: AbortSignal,
): Promise<{ readonly bytes: number }> {
  let bytes = 0;
  const alive = (): void => {
    if (signal.aborted) throw new Fault("interrupted", `interrupted; ${path} was not written`);
  };
  await writeWhole(path, async (sink) => {
    if (path.endsWith(".json")) {
      for (const text of snapshotTexts(snapshot)) {
        alive();
        bytes += Buffer.byteLength(text);
        await sink.write(text);
      }
      return;
    }
    const gzip = createGzip({ level: 6 });
    const draining = (async () => {
      for await (const piece of buffersOf(gzip)) {
        bytes += piece.length;
        await sink.write(piece);
      }
    })();
    try {
      for (const text of snapshotTexts(snapshot)) {
        alive();
        if (!gzip.write(text)) await once(gzip, "drain");
      }
    } finally {
      gzip.end();
      await draining;
    }
  });
  return { bytes };
}

/** Writes the same document to a stream, uncompressed: what reads a pipe may be `jq`. Answers the bytes. */
export async function streamSnapshot(stream: NodeJS.WritableStream, snapshot: RedactedSnapshot): Promise<number> {
  let bytes = 0;
  for (const text of snapshotTexts(snapshot)) {
    bytes += Buffer.byteLength(text);
    if (!stream.write(text)) await once(stream, "drain");
  }
  return bytes;
}

/** The document in pieces of some hundred kilobytes. */
function* snapshotTexts(snapshot: RedactedSnapshot): Generator<string> {
  const { objects, ...head } = snapshot;
  yield `${JSON.stringify(head).slice(0, -1)},"objects":{`;
  let isFirst = true;
  for (const name of keysOf(resources)) {
    const items: readonly KubeObject[] | undefined = objects[name];
    if (items === undefined) continue;
    yield `${isFirst ? "" : ","}\n${JSON.stringify(name)}:[`;
    isFirst = false;
    let piece = "";
    for (const [i, item] of items.entries()) {
      piece += `${i === 0 ? "" : ","}\n${JSON.stringify(redactObject(item))}`;
      if (piece.length < 200_000) continue;
      yield piece;
      piece = "";
    }
    yield `${piece}\n]`;
  }
  yield "\n}}\n";
}
