import type { KubeObject } from "../../kube/objects.ts";
import { type ClusterObjects, type ResourceName, type ResourceTypes, resources } from "../../kube/resources.ts";
import type { Cluster } from "../../ports/cluster.ts";
import { Fault } from "../../ports/fault.ts";
import type { Host, Progress } from "../../ports/host.ts";
import { byName } from "../../snapshot/collect.ts";
import { Interner, slimObject } from "../../snapshot/slim.ts";
import type { Gap } from "../../snapshot/snapshot.ts";
import { gapOf } from "./gaps.ts";
import { pooled } from "./pool.ts";

/** Whole lists at once: enough to hide latency, few enough to be a polite client. */
const width = 4;

/** Read by name only: their lists are large and hold what Dovetail has no business with. */
const namedOnly: Readonly<Partial<Record<ResourceName, readonly string[]>>> = {
  configmaps: [
    "aws-auth",
    "cluster-autoscaler-status",
    "cluster-autoscaler-priority-expander",
    "amazon-vpc-cni",
    "karpenter-global-settings",
  ],
  leases: ["cluster-autoscaler", "karpenter-leader-election"],
};

/** CRDs whose presence and version tell who was installed. Their schemas are not kept. */
const definitions = [
  "nodepools.karpenter.sh",
  "nodeclaims.karpenter.sh",
  "nodeoverlays.karpenter.sh",
  "ec2nodeclasses.karpenter.k8s.aws",
  "provisioners.karpenter.sh",
  "machines.karpenter.sh",
  "awsnodetemplates.karpenter.k8s.aws",
  "nodeclasses.eks.amazonaws.com",
  "nodediagnostics.eks.amazonaws.com",
] as const;

/** Not part of a snapshot: read on demand by those who need them. */
const notRead: ReadonlySet<ResourceName> = new Set(["events", "clusterroles", "clusterrolebindings"]);

/** The resources of a snapshot, in the order of the type. Secrets are not among them and cannot be. */
const snapshotResources: readonly ResourceName[] = (Object.keys(resources) as ResourceName[]).filter(
  (name) => !notRead.has(name),
);

/** Lists everything a snapshot holds. A list that fails is a gap and stays absent; when every list fails, so does this. */
export async function readObjects(
  cluster: Cluster,
  host: Host,
  progress: Progress,
): Promise<{ readonly objects: ClusterObjects; readonly gaps: readonly Gap[] }> {
  const interner = new Interner();
  const found = new Map<ResourceName, readonly KubeObject[]>();
  const gaps: Gap[] = [];
  let firstFault: unknown;
  let done = 0;
  await pooled(width, snapshotResources, async (resource) => {
    if (host.interrupted.aborted) throw new Fault("interrupted", "interrupted while reading; nothing was written");
    try {
      const items = await readOne(cluster, resource);
      found.set(resource, items.map((item) => slimObject(item, interner)).toSorted(byName));
    } catch (error) {
      firstFault ??= error;
      const gap = gapOf(resource, error);
      // Karpenter's kinds are absent from most clusters before a migration: that is "none there", not "not read".
      if (gap.reason === "absent-api") found.set(resource, []);
      else gaps.push(gap);
    }
    done += 1;
    progress.update(done, resource);
  });
  if (gaps.length > 0 && !found.has("nodes") && !found.has("pods") && found.size <= absentOf(found)) {
    throw firstFault;
  }
  const ordered = snapshotResources.flatMap((name) => {
    const items = found.get(name);
    return items === undefined ? [] : [[name, items] as const];
  });
  const order = (gap: Gap): number => snapshotResources.findIndex((name) => name === gap.what);
  return {
    objects: Object.fromEntries(ordered) as ClusterObjects,
    gaps: gaps.toSorted((a, b) => order(a) - order(b)),
  };
}

function absentOf(found: ReadonlyMap<ResourceName, readonly KubeObject[]>): number {
  return [...found.values()].filter((items) => items.length === 0).length;
}

async function readOne<R extends ResourceName>(cluster: Cluster, resource: R): Promise<readonly ResourceTypes[R][]> {
  if (resource === "customresourcedefinitions") {
    const found = await pooled(width, definitions, (name) => cluster.get({ resource, name }));
    return found.filter((one) => one !== undefined);
  }
  const names = namedOnly[resource];
  if (names === undefined) return cluster.list(resource);
  const lists = await pooled(width, names, (name) =>
    cluster.list(resource, { fieldSelector: `metadata.name=${name}` }),
  );
  return lists.flat();
}
