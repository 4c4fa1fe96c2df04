import type { Ec2NodeClass, NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { type DriftMachine, driftOf } from "../../../karpenter/aws/drift.ts";
import { nodeClassHash } from "../../../karpenter/aws/node-class-hash.ts";
import { specOf, statusOf } from "../../../karpenter/aws/node-class.ts";
import { poolDriftOf } from "../../../karpenter/drift.ts";
import { annotationKeys, awsLabels, labelKeys } from "../../../karpenter/labels.ts";
import { nodePoolHash, nodePoolHashVersion } from "../../../karpenter/node-pool-hash.ts";
import type { Labels } from "../../../kube/objects.ts";
import { str } from "../../store/objects.ts";
import { objects } from "../../account/account.ts";
import { stateOf } from "../../account/instances.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import { toldCluster } from "./told-cluster.ts";
import { textKey } from "./key.ts";
import { nodeClaims, nodeClasses } from "./objects.ts";
import { behaviourIn } from "./release.ts";
import { listedTypes, statusKey } from "./types.ts";

/** Whoever changed neither pool nor class is judged again this much later. */
const judgedAgainMs = 300_000;

// Stored objects never change: what a release computed of one stays true.
const hashes = new WeakMap<object, WeakMap<object, Labels>>();

function remembered([of, by]: readonly [of: object, by: object], compute: () => Labels): Labels {
  const ofObject = hashes.get(of) ?? new WeakMap<object, Labels>();
  hashes.set(of, ofObject);
  const known = ofObject.get(by) ?? compute();
  ofObject.set(by, known);
  return known;
}

/** The annotations that say what a node class was when something was made of it. */
export function nodeClassAnnotations(here: KarpenterHere, nodeClass: Ec2NodeClass): Labels {
  const behaviour = behaviourIn(here);
  return remembered([nodeClass.spec, behaviour], () => ({
    "karpenter.k8s.aws/ec2nodeclass-hash": nodeClassHash(specOf(nodeClass), toldCluster(here).caBundle, behaviour),
    "karpenter.k8s.aws/ec2nodeclass-hash-version": behaviour.nodeClassHash,
  }));
}

/** The annotations that say what a pool's template was when something was made of it. */
export function nodePoolAnnotations(pool: NodePool): Labels {
  const { template } = pool.spec;
  return remembered([template, template], () => ({
    [annotationKeys.nodePoolHash]: nodePoolHash(pool),
    [annotationKeys.nodePoolHashVersion]: nodePoolHashVersion,
  }));
}

/**
 * Why NodeClaims drifted, by name; empty: not. Those that are absent are as they were judged last: real Karpenter looks when a pool or
 * class changes and every five minutes.
 */
export function driftReasons(here: KarpenterHere, pools: ReadonlyMap<string, NodePool>): ReadonlyMap<string, string> {
  if (nodeClaims(here).length === 0) return new Map();
  const memory = here.memory.disruption;
  const classes = new Map(nodeClasses(here).map((one) => [one.metadata.name, one]));
  const key = textKey([...Array.from(pools.values(), poolText), ...Array.from(classes.values(), classText)]);
  const hasChanged = memory.driftKey !== key;
  memory.driftKey = key;
  const judged: Record<string, number> = {};
  const reasons = new Map<string, string>();
  for (const claim of nodeClaims(here)) {
    const { name } = claim.metadata;
    const lastMs = memory.driftJudgedMs[name];
    const isDue = hasChanged || lastMs === undefined || here.nowMs - lastMs >= judgedAgainMs;
    const pool = pools.get(claim.metadata.labels?.[labelKeys.nodePool] ?? "");
    const nodeClass = classes.get(claim.spec.nodeClassRef.name);
    if (pool === undefined || nodeClass === undefined || !isConditionTrue(claim, "Launched")) continue;
    judged[name] = isDue ? here.nowMs : lastMs;
    const reason = isDue ? reasonOf(here, claim, { pool, nodeClass }) : undefined;
    if (reason !== undefined) reasons.set(name, reason);
  }
  memory.driftJudgedMs = judged;
  return reasons;
}

function poolText({ metadata, spec }: NodePool): string {
  return JSON.stringify([metadata.name, metadata.annotations, spec.template.spec.requirements]);
}

function classText({ metadata, status }: Ec2NodeClass): string {
  return JSON.stringify([metadata.name, metadata.annotations, status?.["securityGroups"], statusKey(status ?? {})]);
}

/** Undefined where the provider cannot say: then it stays as it was. */
function reasonOf(
  here: KarpenterHere,
  claim: NodeClaim,
  { pool, nodeClass }: { readonly pool: NodePool; readonly nodeClass: Ec2NodeClass },
): string | undefined {
  const types = listedTypes(here, nodeClass);
  const byPool = poolDriftOf(claim, { pool, types, family: awsLabels, nowMs: here.nowMs });
  if (byPool !== undefined) return byPool;
  const { annotations = {}, labels = {} } = claim.metadata;
  const node = {
    instanceType: labels[labelKeys.instanceType] ?? "",
    imageId: str(claim.status?.["imageID"]),
    machine: machineOf(here, claim),
    annotations,
    labels,
  };
  const drift = driftOf(node, {
    behaviour: behaviourIn(here),
    annotations: nodeClass.metadata.annotations ?? {},
    status: statusOf(nodeClass),
    placementGroupId: undefined,
    instanceTypes: { ok: true, value: types },
  });
  return "reason" in drift ? drift.reason : undefined;
}

function machineOf(here: KarpenterHere, claim: NodeClaim): DriftMachine | undefined {
  const id = claim.status?.providerID?.split("/").at(-1) ?? "";
  const instance = here.account.table("ec2.instances")[id];
  if (instance === undefined || stateOf(instance) === "terminated") return undefined;
  const securityGroupIds = objects(instance["SecurityGroups"]).map((group) => str(group["GroupId"]));
  return { securityGroupIds, subnetId: str(instance["SubnetId"]) };
}
