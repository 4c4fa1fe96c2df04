import { type BehaviourChange, behaviourChanges } from "../karpenter/behaviour-changes.ts";
import { behaviourOf } from "../karpenter/behaviours.ts";
import type { Release } from "../karpenter/releases.ts";
import { driftBetween, type HashVersions, type UpgradeDrift } from "../karpenter/upgrade-drift.ts";
import type { Simulation } from "./simulate.ts";
import type { FleetNode, SimulationOutcome } from "./types.ts";

/** What changes for a cluster from one release of Karpenter to another. Plain data: the `--json` document is this value. */
export interface VersionComparison {
  readonly schema: "dovetail.version-comparison/1";
  /** The forecast as the first release decides, and as the second. */
  readonly first: SimulationOutcome;
  readonly second: SimulationOutcome;
  /** What the two decide otherwise at all, whether or not it shows here. */
  readonly behaviours: readonly BehaviourChange[];
  readonly drift: UpgradeDrift;
  /** Nodes of one kind of which one release would run more than the other. */
  readonly nodes: readonly NodeChange[];
  /** Pods that only one of the two finds no place for. */
  readonly pods: { readonly onlyFirst: readonly string[]; readonly onlySecond: readonly string[] };
}

/** Nodes by type and capacity type. */
export interface NodeChange {
  readonly instanceType: string;
  readonly capacityType: string;
  readonly first: number;
  readonly second: number;
}

/** Compares two forecasts of one cluster that differ in the release alone. */
export function compareVersions(a: Simulation, b: Simulation): VersionComparison {
  const [first, second] = [a.outcome, b.outcome];
  const { objects } = a.input.snapshot;
  return {
    schema: "dovetail.version-comparison/1",
    first,
    second,
    behaviours: behaviourChanges(a.input.release.decidedAs, b.input.release.decidedAs),
    drift: driftBetween(hashesOf(a.input.release), hashesOf(b.input.release), objects.nodeclaims),
    nodes: nodeChanges(first.karpenter.nodes, second.karpenter.nodes),
    pods: { onlyFirst: onlyIn(first, second), onlySecond: onlyIn(second, first) },
  };
}

function hashesOf({ decidedAs }: Release): HashVersions {
  const { nodePoolHash, nodeClassHash } = behaviourOf(decidedAs);
  return { nodePool: nodePoolHash, nodeClass: nodeClassHash };
}

function nodeChanges(first: readonly FleetNode[], second: readonly FleetNode[]): readonly NodeChange[] {
  const counts = new Map<string, { instanceType: string; capacityType: string; first: number; second: number }>();
  const add = (nodes: readonly FleetNode[], side: "first" | "second"): void => {
    for (const { instanceType = "unknown", capacityType = "unknown" } of nodes) {
      const key = `${instanceType} ${capacityType}`;
      const row = counts.get(key) ?? { instanceType, capacityType, first: 0, second: 0 };
      row[side] += 1;
      counts.set(key, row);
    }
  };
  add(first, "first");
  add(second, "second");
  return [...counts]
    .filter(([, row]) => row.first !== row.second)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
}

function onlyIn(one: SimulationOutcome, other: SimulationOutcome): readonly string[] {
  const there = new Set(other.unschedulable.map(({ pod }) => pod));
  return one.unschedulable.flatMap(({ pod }) => (there.has(pod) ? [] : [pod]));
}
