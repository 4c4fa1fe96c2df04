/** A thread that does one rehearsal and answers it. */
import { parentPort, workerData } from "node:worker_threads";
import { Fault } from "../../fault/fault.ts";
import { silentHost } from "../../adapters/sandbox/open.ts";
import { doJob, type RehearsalJob } from "./job.ts";
import type { WorkerAnswer } from "./runs.ts";

async function answer(): Promise<WorkerAnswer> {
  try {
    // Only `runs.ts` starts this thread, and gives it a job.
    const job: RehearsalJob = workerData;
    return { rehearsal: await doJob(job, silentHost()) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message, why, hint } = error;
    return {
      fault: { code, message, ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) },
    };
  }
}

parentPort?.postMessage(await answer());
