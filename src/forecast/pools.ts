import type { Ec2NodeClass, NodePool } from "../karpenter/api.ts";
import type { KubeObject } from "../kube/objects.ts";
import { usage } from "../fault/fault.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { isHeld, release } from "../karpenter/hold.ts";
import type { Translation } from "../translation/types.ts";
import { unknownField, validateManifests, type Violation } from "../manifests/validate.ts";

/** NodePools and their node classes, and where they come from. */
export interface Pools {
  readonly nodePools: readonly NodePool[];
  readonly nodeClasses: readonly Ec2NodeClass[];
  readonly source: string;
}

/** What `translate` makes of the node groups. Throws a usage fault when it knows of none. The code is `usage.no-nodepools`. */
export function poolsOfTranslation(translation: Translation): Pools {
  if (translation.groups.length === 0) {
    throw usage(
      "no-nodepools",
      "there are no NodePools to ask about: no node group was found that could be translated",
      "pass --nodepools FILE, or --nodepools cluster; `dovetail translate` says what it finds of node groups",
      "node groups are found by the labels of nodes and by the AWS account",
    );
  }
  const classes = new Map(translation.groups.map((group) => [group.nodeClass.metadata.name, group.nodeClass]));
  return {
    nodePools: translation.groups.map((group) => group.nodePool),
    nodeClasses: Array.from(classes.values()),
    source: "translate",
  };
}

/** Those in the cluster. Throws a usage fault when there are none. The code is `usage.no-nodepools`. */
export function poolsOfCluster(snapshot: Snapshot): Pools {
  const nodePools = (snapshot.objects.nodepools ?? []).filter(isNodePool);
  if (nodePools.length === 0) {
    throw usage(
      "no-nodepools",
      "the cluster has no NodePools of karpenter.sh/v1",
      "leave --nodepools out to use those that the node groups translate to, or pass a file of them",
    );
  }
  const nodeClasses = (snapshot.objects.ec2nodeclasses ?? []).filter(isNodeClass);
  // Stored by a release of Karpenter with more fields than ours knows, an object is still one that its CRD accepted.
  refuseFirst(validateManifests([...nodePools, ...nodeClasses]).filter(({ rule }) => rule !== unknownField));
  // Pools that wait for the hand-over are asked as they will be.
  const released = nodePools.map((pool) => (isHeld(pool) ? release(pool) : pool));
  return { nodePools: released, nodeClasses, source: "cluster" };
}

/**
 * Those among the manifests of a file or folder. What Karpenter's CRDs would refuse is a usage fault with path and rule. Throws
 * `usage.no-nodepools` when there are none.
 */
export function poolsOfManifests(path: string, objects: readonly KubeObject[]): Pools {
  const nodePools = objects.filter(isNodePool);
  const nodeClasses = objects.filter(isNodeClass);
  if (nodePools.length === 0) {
    const others = Array.from(new Set(objects.map((object) => `${object.apiVersion} ${object.kind}`)));
    const held = others.length === 0 ? "no manifests" : others.slice(0, 5).join(", ");
    const isOlder = others.some((one) => /^karpenter\.(sh|k8s\.aws)\//.test(one));
    throw usage(
      "no-nodepools",
      `${path} holds no NodePool of karpenter.sh/v1 (found: ${held})`,
      isOlder
        ? "`dovetail convert` turns older kinds into v1"
        : "pass NodePools with their EC2NodeClasses; `dovetail translate --out FOLDER` writes some",
    );
  }
  refuseTwice(path, [...nodePools, ...nodeClasses]);
  refuseFirst(validateManifests([...nodePools, ...nodeClasses]));
  return { nodePools, nodeClasses, source: path };
}

/** A cluster holds one object of a name: of two, the one applied last. */
function refuseTwice(path: string, objects: readonly KubeObject[]): void {
  const names = objects.map((object) => `${object.kind} ${object.metadata.name}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw usage("twice", `${path} holds ${twice} twice`, "take one out, or give it another name");
}

function refuseFirst(violations: readonly Violation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : "";
  throw usage(
    "invalid-manifest",
    `${first.object}: ${first.path}: ${first.message}${more}`,
    "correct the manifest; `kubectl apply --dry-run=server` says the same once the CRDs are installed",
    `Karpenter's CRD would refuse it (${first.rule})`,
  );
}

/** Whether an object is a NodePool of v1. */
export function isNodePool(object: KubeObject): object is NodePool {
  return object.kind === "NodePool" && object.apiVersion === "karpenter.sh/v1" && "spec" in object;
}

/** An EC2NodeClass of v1. */
export function isNodeClass(object: KubeObject): object is Ec2NodeClass {
  return object.kind === "EC2NodeClass" && object.apiVersion === "karpenter.k8s.aws/v1" && "spec" in object;
}
