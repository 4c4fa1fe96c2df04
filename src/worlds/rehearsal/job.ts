import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Fault } from "../../fault/fault.ts";
import type { InstallManifest } from "../../migration/install/options.ts";
import type { PriceBook } from "../../money/price-book.ts";
import type { Host } from "../../ports/host.ts";
import type { Rehearsal, FaultLevel, LoadChoice } from "../../app/rehearse/types.ts";
import type { TraceOpener } from "../../app/rehearse/trace.ts";
import type { Latencies } from "../../twin/latencies.ts";
import type { TwinState } from "../../twin/world/state.ts";
import { rehearse } from "../../app/rehearse/rehearse.ts";
import { loadCatalogue } from "../../adapters/disk/catalogue.ts";
import { playableOf } from "../../adapters/sandbox/playable.ts";

/** One rehearsal as plain data, so that another thread can do it. */
export interface RehearsalJob {
  readonly state: TwinState;
  readonly prices: PriceBook;
  readonly latencies?: Latencies;
  readonly seed: number;
  readonly forMs: number;
  /** `file`: a trace on the disk. */
  readonly load: { readonly file: string } | { readonly share: number } | undefined;
  readonly faults: FaultLevel;
  readonly by: string;
  readonly manifests?: readonly InstallManifest[];
}

/** Does it in this thread. */
export async function doJob(job: RehearsalJob, host: Host): Promise<Rehearsal> {
  const catalogue = loadCatalogue();
  const { state, prices, latencies, load, manifests } = job;
  const market = { catalogue, prices };
  return rehearse({
    cluster: playableOf({ state, market, ...(latencies === undefined ? {} : { latencies }) }),
    catalogue,
    host,
    seed: job.seed,
    forMs: job.forMs,
    load: choiceOf(load),
    faults: job.faults,
    by: job.by,
    ...(manifests === undefined ? {} : { manifests }),
  });
}

function choiceOf(load: RehearsalJob["load"]): LoadChoice {
  if (load === undefined) return { kind: "own" };
  if ("share" in load) return { kind: "swing", share: load.share };
  return { kind: "trace", name: load.file, open: linesOf(load.file) };
}

/** The lines of a file, one after another. Throws `file.missing` or `file.unreadable` when they cannot be read. */
function linesOf(file: string): TraceOpener {
  return async function* open() {
    const stream = createReadStream(file, { encoding: "utf8" });
    const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    // The reader of lines does not pass on what goes wrong beneath it.
    const failed = new Promise<never>((_, reject) => stream.once("error", reject));
    failed.catch(() => undefined);
    try {
      const each = lines[Symbol.asyncIterator]();
      for (;;) {
        const { value, done } = await Promise.race([each.next(), failed]);
        if (done === true) break;
        yield value;
      }
      if (stream.errored !== null) throw stream.errored;
    } catch (cause) {
      throw unreadable(file, cause);
    } finally {
      lines.close();
      stream.destroy();
    }
  };
}

function unreadable(file: string, cause: unknown): unknown {
  if (cause instanceof Fault || !(cause instanceof Error)) return cause;
  const isMissing = "code" in cause && cause.code === "ENOENT";
  return new Fault(isMissing ? "file.missing" : "file.unreadable", `${file}: ${cause.message}`, { cause });
}
