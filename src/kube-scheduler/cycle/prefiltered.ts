// Our own: the real program has no such file.
import type { PodInfo } from "../pods/registry.ts";
import type { PodCompany, CompanyMoved } from "../plugins/inter-pod-affinity.ts";
import type { NodeVerdicts } from "../plugins/node-filters.ts";
import type { HardSpread } from "../plugins/pod-topology-spread.ts";
import type { PodClaims } from "../plugins/volume-binding.ts";
import type { OncePod } from "../plugins/volume-restrictions.ts";
import type { VolumeTopology } from "../plugins/volume-zone.ts";

/**
 * What the plugins found out about a pod before any node is asked (the `CycleState` after PreFilter). What is undefined or empty is not
 * asked of nodes. Counts in it are the cluster's own: it holds until nodes come or go, or facts change.
 */
export interface Prefiltered {
  readonly info: PodInfo;
  /** The only nodes worth asking; all when undefined. */
  readonly onlyNodes: ReadonlySet<string> | undefined;
  readonly verdicts: NodeVerdicts;
  readonly checksPorts: boolean;
  readonly checksFit: boolean;
  readonly checksLimits: boolean;
  readonly once: OncePod | undefined;
  readonly claims: PodClaims | undefined;
  readonly topologies: readonly VolumeTopology[];
  readonly spreads: readonly HardSpread[];
  readonly company: PodCompany | undefined;
}

/**
 * Pods that are put on one node, or taken from it, for the sake of a question: nominated pods, victims of a preemption. The node is a
 * copy with those pods on it or gone; the counts say what that changes around it (`PreFilterExtensions`).
 */
export interface Moved {
  /** By hard spread constraint. */
  readonly spreads: number[];
  readonly company: CompanyMoved | undefined;
  /** Users of claims that one pod alone may use. */
  once: number;
}

/** An independent copy. */
export function copyOfMoved({ spreads, company, once }: Moved): Moved {
  return {
    spreads: [...spreads],
    company:
      company === undefined
        ? undefined
        : { ...company, antiAffinity: [...company.antiAffinity], repellers: new Map(company.repellers) },
    once,
  };
}
