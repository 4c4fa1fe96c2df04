import type { Ec2NodeClass, NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { isProvisionable } from "../../../karpenter/pod-predicates.ts";
import type { Pod } from "../../../kube/objects.ts";
import type { ClusterObjects } from "../../../kube/resources.ts";
import { solve } from "../../../scheduling/solve.ts";
import type { PlannedNodeClaim, SolveInput, SolveResult } from "../../../scheduling/types.ts";
import { type Core, recordEvent } from "../core.ts";
import { launch } from "./launch.ts";
import { by, finalizer, nodePools } from "./memory.ts";
import { instanceTypesByPool } from "./types.ts";

const batchIdleMs = 1000;
const batchMaxMs = 10_000;
const retriggerMs = 10_000;
const nominationMs = 20_000;

/** Batches pods that kube-scheduler gave up on, as Karpenter's provisioner does, and makes the nodes that they need. */
export function provision(core: Core): void {
  const memory = core.state.karpenter;
  const now = core.nowMs();
  const waiting = core.api
    .peek("pods")
    .filter((pod) => isProvisionable(pod) && pod.metadata.deletionTimestamp === undefined);
  const isNew = waiting.filter((pod) => now - (memory.seenPods[uidOf(pod)] ?? Number.NEGATIVE_INFINITY) >= retriggerMs);
  for (const uid of Object.keys(memory.seenPods))
    if (!waiting.some((pod) => uidOf(pod) === uid)) delete memory.seenPods[uid];
  if (isNew.length > 0) {
    memory.batchFirstMs ??= now;
    memory.batchLastMs = now;
    for (const pod of isNew) memory.seenPods[uidOf(pod)] = now;
  }
  const { batchFirstMs, batchLastMs } = memory;
  if (batchFirstMs === undefined || batchLastMs === undefined) return;
  if (now - batchLastMs < batchIdleMs && now - batchFirstMs < batchMaxMs) return;
  memory.batchFirstMs = undefined;
  memory.batchLastMs = undefined;
  act(core, solve(solveInput(core)));
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? pod.metadata.name;
}

/** The cluster as Karpenter's scheduler reads it now. */
function solveInput(core: Core): SolveInput {
  return {
    nowMs: core.nowMs(),
    objects: objectsOf(core),
    instanceTypes: instanceTypesByPool(core),
    wellKnownLabels: "aws",
    options: {},
    marks: { nominatedSecondsAgo: nominations(core) },
  };
}

function objectsOf(core: Core): ClusterObjects {
  const { api } = core;
  return {
    nodes: api.peek("nodes"),
    pods: api.peek("pods"),
    namespaces: api.peek("namespaces"),
    nodepools: api.peek("nodepools"),
    nodeclaims: api.peek("nodeclaims"),
    ec2nodeclasses: api.peek("ec2nodeclasses"),
    daemonsets: api.peek("daemonsets"),
    deployments: api.peek("deployments"),
    replicasets: api.peek("replicasets"),
    statefulsets: api.peek("statefulsets"),
    jobs: api.peek("jobs"),
    poddisruptionbudgets: api.peek("poddisruptionbudgets"),
    persistentvolumeclaims: api.peek("persistentvolumeclaims"),
    persistentvolumes: api.peek("persistentvolumes"),
    storageclasses: api.peek("storageclasses"),
    csinodes: api.peek("csinodes"),
    priorityclasses: api.peek("priorityclasses"),
    volumeattachments: api.peek("volumeattachments"),
  };
}

function nominations(core: Core): Readonly<Record<string, number>> {
  const now = core.nowMs();
  const recent = Object.entries(core.state.karpenter.nominatedMs).filter(([, at]) => now - at < nominationMs);
  return Object.fromEntries(recent.map(([name, at]) => [name, (now - at) / 1000]));
}

function act(core: Core, result: SolveResult): void {
  const pods = new Map(
    core.api.peek("pods").map((pod) => [`${pod.metadata.namespace ?? ""}/${pod.metadata.name}`, pod]),
  );
  for (const [node, keys] of result.existing) {
    if (keys.length > 0)
      nominate(
        core,
        node,
        keys.flatMap((key) => pods.get(key) ?? []),
      );
  }
  for (const planned of result.newNodeClaims) {
    const pool = nodePools(core).find((one) => one.metadata.name === planned.nodePool);
    if (pool === undefined) continue;
    const claim = createClaim(core, pool, planned);
    const isLaunched = launch(core, claim, pool);
    if (isLaunched)
      nominate(
        core,
        claim.metadata.name,
        planned.pods.flatMap((key) => pods.get(key) ?? []),
      );
  }
  for (const [key, refusal] of result.podErrors) {
    const pod = pods.get(key);
    if (pod !== undefined)
      recordEvent(core, pod, {
        type: "Warning",
        reason: "FailedScheduling",
        message: `Failed to schedule pod, ${refusal.message}`,
        from: by,
      });
  }
}

function nominate(core: Core, name: string, pods: readonly Pod[]): void {
  core.state.karpenter.nominatedMs[name] = core.nowMs();
  const isClaim = core.api.find("nodeclaims", name) !== undefined;
  for (const pod of pods)
    recordEvent(core, pod, {
      reason: "Nominated",
      message: `Pod should schedule on: ${isClaim ? "nodeclaim" : "node"}/${name}`,
      from: by,
    });
}

function createClaim(core: Core, pool: NodePool, planned: PlannedNodeClaim): NodeClaim {
  const { spec, metadata } = pool.spec.template;
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `${pool.metadata.name}-${core.random.suffix(5)}`,
      labels: {
        ...metadata?.labels,
        ...planned.labels,
        "karpenter.sh/nodepool": pool.metadata.name,
        "karpenter.k8s.aws/ec2nodeclass": spec.nodeClassRef.name,
      },
      annotations: { ...metadata?.annotations, ...planned.annotations },
      finalizers: [finalizer],
      ownerReferences: [
        { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: pool.metadata.name, uid: pool.metadata.uid ?? "" },
      ],
    },
    spec: {
      requirements: planned.requirements,
      resources: { requests: planned.requests },
      ...(spec.taints === undefined ? {} : { taints: spec.taints }),
      ...(spec.startupTaints === undefined ? {} : { startupTaints: spec.startupTaints }),
      nodeClassRef: spec.nodeClassRef,
      ...(spec.expireAfter === undefined ? {} : { expireAfter: spec.expireAfter }),
      ...(spec.terminationGracePeriod === undefined ? {} : { terminationGracePeriod: spec.terminationGracePeriod }),
    },
  };
  const made = core.api.create(by, "nodeclaims", claim);
  recordEvent(core, pool, {
    reason: "NodeClaimCreated",
    message: `created nodeclaim ${claim.metadata.name}`,
    from: by,
  });
  return { ...claim, metadata: made.metadata };
}

/** The node class that a pool names. */
export function nodeClassOf(core: Core, pool: NodePool): Ec2NodeClass | undefined {
  const found = core.api.find("ec2nodeclasses", pool.spec.template.spec.nodeClassRef.name);
  // A stored EC2NodeClass: its CRD checked its spec.
  return found as Ec2NodeClass | undefined;
}
