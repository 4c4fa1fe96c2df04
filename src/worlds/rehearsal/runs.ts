import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { Fault } from "../../fault/fault.ts";
import type { FaultCode } from "../../fault/registry.ts";
import { interrupted } from "../../app/run/wait.ts";
import type { Rehearsal } from "../../app/rehearse/types.ts";
import { silentHost } from "../../adapters/sandbox/open.ts";
import { doJob, type RehearsalJob } from "./job.ts";

/** What a thread answers. */
export type WorkerAnswer =
  | { readonly rehearsal: Rehearsal }
  | {
      readonly fault: {
        readonly code: FaultCode;
        readonly message: string;
        readonly why?: string;
        readonly hint?: string;
      };
    };

/** The same rehearsal with many seeds, each in a thread of its own, as many at once as there are processors. In the order of the seeds. */
export async function doJobs(
  job: RehearsalJob,
  seeds: readonly number[],
  of: { readonly signal: AbortSignal; readonly done: (count: number) => void },
): Promise<readonly Rehearsal[]> {
  const results = new Map<number, Rehearsal>();
  const left = [...seeds];
  const stop = new AbortController();
  const signal = AbortSignal.any([of.signal, stop.signal]);
  const work = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      if (signal.aborted) throw interrupted("dovetail rehearse");
      results.set(seed, await runOf({ ...job, seed }, signal));
      of.done(results.size);
    }
  };
  const width = Math.min(seeds.length, availableParallelism());
  try {
    await Promise.all(Array.from({ length: width }, work));
  } catch (error) {
    stop.abort();
    throw error;
  }
  return seeds.flatMap((seed) => results.get(seed) ?? []);
}

// A thread begins with a file that Node reads by itself: from source, runs take turns in this one.
function runOf(job: RehearsalJob, signal: AbortSignal): Promise<Rehearsal> {
  if (import.meta.url.endsWith(".ts")) return doJob(job, { ...silentHost(), interrupted: signal });
  return inThread(job, signal);
}

function inThread(job: RehearsalJob, signal: AbortSignal): Promise<Rehearsal> {
  const entry = new URL("./rehearsal-worker.js", import.meta.url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: job });
    const end = (settle: () => void): void => {
      signal.removeEventListener("abort", stop);
      settle();
      void worker.terminate();
    };
    const stop = (): void => end(() => reject(interrupted("dovetail rehearse")));
    signal.addEventListener("abort", stop, { once: true });
    worker.once("error", (error) => end(() => reject(error)));
    worker.once("exit", (code) => end(() => reject(new Error(`a thread of the rehearsal ended with ${code}`))));
    worker.once("message", (answer: WorkerAnswer) =>
      end(() => ("rehearsal" in answer ? resolve(answer.rehearsal) : reject(faultOf(answer.fault)))),
    );
  });
}

function faultOf({ code, message, ...more }: Extract<WorkerAnswer, { readonly fault: unknown }>["fault"]): Fault {
  return new Fault(code, message, more);
}
