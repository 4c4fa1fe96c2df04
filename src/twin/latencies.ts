import { type Fault, usage } from "../fault/fault.ts";
import { isObject } from "../kube/json.ts";
import type { Json } from "../kube/objects.ts";
import { nearest } from "../fault/nearest.ts";
import type { Random } from "./time/random.ts";

/** How long something takes. */
export interface Latency {
  /** Half of all times are shorter. */
  readonly medianMs: number;
  /** Times lie between the median divided by it and the median times it, evenly on a logarithmic scale; 1: always the same. */
  readonly spread: number;
  /** Where the figure is from. */
  readonly source: string;
}

const estimate = "estimate: AWS publishes no figure";
const kubernetes = "Kubernetes 1.35, default of";

/** Every latency of the world that is not a rule of a program: one table, so that a user can put measured figures in its place. */
export const defaultLatencies = {
  controllerReaction: { medianMs: 50, spread: 1, source: "a watch event and a queue: tens of milliseconds" },
  instanceRunning: { medianMs: 8_000, spread: 1.35, source: `${estimate}; pending to running is seconds for Linux` },
  nodeJoin: {
    medianMs: 25_000,
    spread: 1.4,
    source: `${estimate}; AL2023 on Nitro is up and registered within 20 to 40 s`,
  },
  nodeReady: { medianMs: 9_000, spread: 1.4, source: `${estimate}; the VPC CNI and kube-proxy start` },
  instanceShutdown: { medianMs: 17_000, spread: 1.4, source: `${estimate}; shutting-down to terminated` },
  createFleet: {
    medianMs: 1_500,
    spread: 1.3,
    source: `${estimate}; an instant fleet answers when its instance is accepted`,
  },
  groupReaction: {
    medianMs: 2_000,
    spread: 1,
    source: `${estimate}; Auto Scaling acts on a new desired capacity at once`,
  },
  groupRetry: { medianMs: 30_000, spread: 1, source: `${estimate}; Auto Scaling tries a failed launch again` },
  zoneRebalance: {
    medianMs: 20_000,
    spread: 1.5,
    source: `${estimate}; Auto Scaling looks at the balance of zones again and again`,
  },
  eksUpdate: { medianMs: 15_000, spread: 1, source: `${estimate}; a change of sizes, labels or taints` },
  nodeRemoval: {
    medianMs: 5_000,
    spread: 1,
    source: `${kubernetes} --node-monitor-period: the cloud node lifecycle controller`,
  },
  imagePullStart: { medianMs: 700, spread: 1.5, source: "a registry in the region: resolving, manifests" },
  imagePullPerGiB: {
    medianMs: 13_000,
    spread: 1.3,
    source: "containerd: some 80 MiB of compressed layers a second, unpacked",
  },
  containerStart: { medianMs: 600, spread: 1.4, source: "containerd: sandbox, CNI address, container" },
  applicationStart: {
    medianMs: 2_200,
    spread: 2,
    source: "estimate: what a service needs until its first probe succeeds",
  },
  applicationStop: { medianMs: 1_900, spread: 2.2, source: "estimate: what a service needs to end after SIGTERM" },
  volumeCreate: { medianMs: 3_000, spread: 1.4, source: "EBS CSI driver: CreateVolume until available" },
  volumeAttach: { medianMs: 5_000, spread: 1.5, source: "EBS CSI driver: AttachVolume until the device is there" },
  volumeDetach: { medianMs: 6_000, spread: 1.5, source: "EBS CSI driver: DetachVolume until available" },
} as const satisfies Readonly<Record<string, Latency>>;

/** The name of a latency. */
export type LatencyName = keyof typeof defaultLatencies;
/** A value for each of them. */
export type Latencies = Readonly<Record<LatencyName, Latency>>;

/** One duration, drawn. */
export function drawLatencyMs({ medianMs, spread }: Latency, dice: Random): number {
  return spread === 1 ? medianMs : Math.round(medianMs * spread ** (2 * dice.fraction() - 1));
}

/**
 * The table with a user's figures in it: an object of names, each with `medianMs`, `spread` or both. Throws `usage.latencies` for unknown
 * names and for values that are no durations.
 */
export function withLatencies(given: Json, file: string): Latencies {
  if (!isObject(given)) throw wrong(file, "is not an object of latencies by name");
  const changed = Object.entries(given).map(([name, value]) => {
    if (!isLatencyName(name)) {
      const near = nearest(name, Object.keys(defaultLatencies));
      throw wrong(file, `there is no latency "${name}"`, near === undefined ? undefined : `did you mean ${near}?`);
    }
    return [name, latencyOf(defaultLatencies[name], value, `${file}: ${name}`)] as const;
  });
  return { ...defaultLatencies, ...Object.fromEntries(changed) };
}

function isLatencyName(name: string): name is LatencyName {
  return Object.hasOwn(defaultLatencies, name);
}

function latencyOf(usual: Latency, value: Json | undefined, where: string): Latency {
  if (!isObject(value)) throw wrong(where, "is not an object with medianMs and spread");
  const { medianMs = usual.medianMs, spread = usual.spread } = value;
  if (typeof medianMs !== "number" || !(medianMs >= 0 && medianMs <= 86_400_000))
    throw wrong(where, `medianMs ${JSON.stringify(medianMs)} is not between 0 and a day`);
  if (typeof spread !== "number" || !(spread >= 1 && spread <= 100))
    throw wrong(where, `spread ${JSON.stringify(spread)} is not between 1 and 100`);
  return { medianMs, spread, source: where };
}

function wrong(where: string, why: string, hint?: string): Fault {
  return usage("latencies", `${where}: ${why}`, hint);
}
