import type { KubeObject } from "../kube/objects.ts";
import { type BehaviourChange, behaviourChanges } from "../karpenter/behaviour-changes.ts";
import { behaviourOf } from "../karpenter/behaviours.ts";
import { nodeClassHashVersionKey } from "../karpenter/aws/drift.ts";
import { annotationKeys } from "../karpenter/labels.ts";
import type { Release } from "../karpenter/releases.ts";
import { isConditionTrue } from "../kube/conditions.ts";
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

/**
 * What the hashes make of the nodes that run. Only hashes of one version are compared: where the version differs, the new controller writes
 * its own hash over the old one, and only what had drifted before stays drifted (`nodepool/hash`, `nodeclass/hash`).
 */
export interface UpgradeDrift {
  readonly nodePoolHash: { readonly from: string; readonly to: string };
  readonly nodeClassHash: { readonly from: string; readonly to: string };
  /** Undefined: NodeClaims were not read. */
  readonly nodeClaims: number | undefined;
  /** NodeClaims whose hash of the EC2NodeClass or of the NodePool is written anew: nothing is replaced for it. */
  readonly rewritten: readonly string[];
  /** NodeClaims that had drifted before and are replaced under either release. */
  readonly drifted: readonly string[];
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
    drift: driftBetween(a.input.release, b.input.release, objects.nodeclaims),
    nodes: nodeChanges(first.karpenter.nodes, second.karpenter.nodes),
    pods: { onlyFirst: onlyIn(first, second), onlySecond: onlyIn(second, first) },
  };
}

/** A NodeClaim as it was read: its conditions may be missing. */
type ReadClaim = KubeObject & { readonly status?: unknown };

/** What the hashes of one release make of the nodes that another one made. */
export function driftBetween(from: Release, to: Release, claims: readonly ReadClaim[] | undefined): UpgradeDrift {
  const [before, after] = [behaviourOf(from.decidedAs), behaviourOf(to.decidedAs)];
  const all = claims ?? [];
  const names = (some: readonly ReadClaim[]): readonly string[] => some.map(({ metadata }) => metadata.name).sort();
  const isOlder = ({ metadata: { annotations = {} } }: ReadClaim): boolean => {
    const [pool, nodeClass] = [annotations[annotationKeys.nodePoolHashVersion], annotations[nodeClassHashVersionKey]];
    return (
      (pool !== undefined && pool !== after.nodePoolHash) ||
      (nodeClass !== undefined && nodeClass !== after.nodeClassHash)
    );
  };
  const drifted = all.filter((claim) => isConditionTrue(claim, "Drifted"));
  return {
    nodePoolHash: { from: before.nodePoolHash, to: after.nodePoolHash },
    nodeClassHash: { from: before.nodeClassHash, to: after.nodeClassHash },
    nodeClaims: claims?.length,
    rewritten: names(all.filter((claim) => !drifted.includes(claim) && isOlder(claim))),
    drifted: names(drifted),
  };
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
