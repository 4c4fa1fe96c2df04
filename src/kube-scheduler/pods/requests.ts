import type { Pod } from "../../kube/objects.ts";
import { podRequests, type RequestOptions } from "../../kube/pod-requests.ts";
import { Amounts, amountsOf } from "../amounts.ts";

/** What a container without a request counts when nodes are scored (`schedutil.DefaultMilliCPURequest`, `DefaultMemoryRequest`). */
const missingCpu = 100_000_000n;
const missingMemory = 200n * 1024n * 1024n * 1_000_000_000n;

/** What one pod asks for, as the several places of the scheduler count it. */
export interface PodRequests {
  /** Asked of a node by the waiting pod (NodeResourcesFit's filter). */
  readonly wanted: Amounts;
  /** Whether that is nothing at all, so that only the number of pods is checked. */
  readonly wantsNothing: boolean;
  /** Taken on a node once it runs there: resizes of its status count. */
  readonly held: Amounts;
  /** The same with 100m and 200Mi for containers that name none, for scoring. */
  readonly heldNonZeroMilliCpu: number;
  readonly heldNonZeroMemoryBytes: number;
  /** What NodeResourcesFit scores a waiting pod by: missing requests filled in, requests of the pod as a whole not read. */
  readonly scored: Amounts;
}

/** Counts a pod; a quantity that cannot be read makes it ask for nothing. */
export function countRequests(pod: Pod): PodRequests {
  const wanted = count(pod, { status: "ignored" });
  const running = podRequests(pod, { status: "of-running" });
  const named: ReadonlyMap<string, bigint> = running.ok ? running.value : new Map();
  const filled = count(pod, { status: "of-running", missing: missingOf(pod, named) });
  return {
    wanted,
    wantsNothing:
      wanted.milliCpu === 0 && wanted.memoryBytes === 0 && wanted.storageBytes === 0 && wanted.scalars === undefined,
    held: amountsOf(named),
    heldNonZeroMilliCpu: filled.milliCpu,
    heldNonZeroMemoryBytes: filled.memoryBytes,
    scored: count(pod, { status: "ignored", podLevel: false, missing: bothMissing }),
  };
}

const bothMissing: ReadonlyMap<string, bigint> = new Map([
  ["cpu", missingCpu],
  ["memory", missingMemory],
]);

// With requests of the pod as a whole only what nobody names is filled in (getNonMissingContainerRequests).
function missingOf(pod: Pod, named: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
  const isWhole = Object.keys(pod.spec.resources?.requests ?? {}).some((name) =>
    /^(cpu|memory|hugepages-.*)$/.test(name),
  );
  return isWhole ? new Map([...bothMissing].filter(([name]) => !named.has(name))) : bothMissing;
}

function count(pod: Pod, options: RequestOptions): Amounts {
  const parsed = podRequests(pod, options);
  return parsed.ok ? amountsOf(parsed.value) : new Amounts();
}
