import { nodeClassHashVersionKey } from "../../../karpenter/aws/drift.ts";
import type { Ec2NodeClass, NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { type DriftMachine, driftOf } from "../../../karpenter/aws/drift.ts";
import { nodeClassHash } from "../../../karpenter/aws/node-class-hash.ts";
import { specOf, nodeClassStatus } from "../../../karpenter/aws/node-class.ts";
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
import { nodeClasses } from "./objects.ts";
import { processSettings } from "./process.ts";
import { listedTypes } from "./types.ts";

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
  const behaviour = processSettings(here).behaviour;
  return remembered([nodeClass.spec, behaviour], () => ({
    "karpenter.k8s.aws/ec2nodeclass-hash": nodeClassHash(specOf(nodeClass), toldCluster(here).caBundle, behaviour),
    [nodeClassHashVersionKey]: behaviour.nodeClassHash,
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

/** What one judgement stood on: while it is the same, so is the judgement. */
interface Judged {
  readonly on: readonly unknown[];
  readonly reason: string | undefined;
}

const judged = new WeakMap<NodeClaim["spec"], Judged>();
/** A claim's instance type is held against the list only after this time. */
const listedAfterMs = 3_600_000;

/**
 * Why a NodeClaim drifted; empty: it has not; undefined: nobody can say now, and it stays as it was judged last. Real Karpenter looks when
 * a pool or class changes and every five minutes; here only where something that drift depends on is another than it was.
 */
export function driftOfClaim(here: KarpenterHere, claim: NodeClaim, pool: NodePool): string | undefined {
  const nodeClass = nodeClasses(here).find(({ metadata }) => metadata.name === claim.spec.nodeClassRef.name);
  if (nodeClass === undefined || !isConditionTrue(claim, "Launched")) return undefined;
  const { name, creationTimestamp = "" } = claim.metadata;
  const leftMs = Date.parse(creationTimestamp) + listedAfterMs - here.nowMs;
  if (leftMs > 0) here.lookAgain(`claim ${name}`, leftMs + 1);
  const machine = machineOf(here, claim);
  const on = [
    pool.spec,
    textOf(pool.metadata.annotations),
    textOf(nodeClass.metadata.annotations),
    textOf(nodeClass.status?.["securityGroups"]),
    listedTypes(here, nodeClass),
    textOf(claim.metadata.annotations),
    claim.metadata.labels,
    leftMs > 0,
    textOf(machine),
  ];
  const known = judged.get(claim.spec);
  if (known?.on.every((one, at) => one === on[at]) === true) return known.reason;
  const reason = reasonOf(here, claim, { pool, nodeClass });
  judged.set(claim.spec, { on, reason });
  return reason;
}

const texts = new WeakMap<object, string>();

function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const known = texts.get(value) ?? JSON.stringify(value);
  texts.set(value, known);
  return known;
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
    behaviour: processSettings(here).behaviour,
    annotations: nodeClass.metadata.annotations ?? {},
    status: nodeClassStatus(nodeClass),
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
