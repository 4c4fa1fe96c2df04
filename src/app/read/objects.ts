import { keysOf } from "../../kube/json.ts";
import { lastValue, flagsOf } from "../../autoscaler/flags/read.ts";
import type { KubeObject, Workload } from "../../kube/objects.ts";
import { type ClusterObjects, type ResourceName, type ResourceTypes, resources } from "../../kube/resources.ts";
import type { ClusterReader } from "../../ports/cluster.ts";
import type { ListOptions, MalformedObject } from "../../kube/requests.ts";
import { Fault } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import { byName } from "../../snapshot/collect.ts";
import { Interner, slimObject } from "../../snapshot/slim.ts";
import type { Gap } from "../../snapshot/snapshot.ts";
import { gapOf } from "./gaps.ts";
import { pooled } from "./pool.ts";
import type { Working } from "../run/news.ts";

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

/** Groups that every API server has: one that says otherwise has not answered. */
const alwaysThere: ReadonlySet<string> = new Set(["", "apps"]);

/** Not part of a snapshot: read on demand by those who need them. */
const notRead: ReadonlySet<ResourceName> = new Set(["events", "clusterroles", "clusterrolebindings"]);

/** The resources of a snapshot, in the order of the type. Secrets are not among them and cannot be. */
const snapshotResources: readonly ResourceName[] = keysOf(resources).filter((name) => !notRead.has(name));

/** What reading asks the API server for, as RBAC names it; what is read on demand among it. */
export const readAccess: readonly {
  readonly verb: string;
  readonly resource: ResourceName;
  readonly names?: readonly string[];
}[] = keysOf(resources).flatMap((resource) => {
  const names = resource === "customresourcedefinitions" ? definitions : namedOnly[resource];
  return ["get", "list"].map((verb) => ({ verb, resource, ...(names === undefined ? {} : { names }) }));
});

/**
 * Lists everything a snapshot holds. A list that fails is a gap and stays absent; when every list fails, so does this. Throws
 * `interrupted` at Ctrl-C, and the first list's own Fault when every list fails.
 */
export async function readObjects(
  cluster: ClusterReader,
  host: Host,
  progress: Working,
): Promise<{ readonly objects: ClusterObjects; readonly gaps: readonly Gap[] }> {
  const interner = new Interner();
  const shrunk = new WeakSet<KubeObject>();
  const shrink = (object: KubeObject): KubeObject => {
    if (shrunk.has(object)) return object;
    const slim = slimObject(object, interner);
    shrunk.add(slim);
    return slim;
  };
  const found = new Map<ResourceName, readonly KubeObject[]>();
  const gaps: Gap[] = [];
  let firstFault: unknown;
  let done = 0;
  await pooled(width, snapshotResources, async (resource) => {
    if (host.interrupted.aborted) throw new Fault("interrupted", "interrupted while reading; nothing was written");
    try {
      const onMalformed = ({ scope, problem }: MalformedObject): void =>
        void gaps.push({ what: resource, reason: "malformed", detail: `${scope} ${problem} and is left out`, scope });
      const items = await readOne(cluster, resource, { shrink, onMalformed });
      found.set(resource, items.map(shrink).toSorted(byName));
    } catch (error) {
      firstFault ??= error;
      const gap = gapOf(resource, error);
      // Karpenter's kinds are absent from most clusters before a migration: that is "none there", not "not read".
      if (gap.reason === "absent-api" && !alwaysThere.has(resources[resource].group)) found.set(resource, []);
      else gaps.push(gap);
    }
    done += 1;
    progress.update(done, resource);
  });
  await readStatusMaps(cluster, found, shrink);
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

async function readOne<R extends ResourceName>(
  cluster: ClusterReader,
  resource: R,
  options: Pick<ListOptions, "shrink" | "onMalformed">,
): Promise<readonly ResourceTypes[R][]> {
  if (resource === "customresourcedefinitions") {
    const found = await pooled(width, definitions, (name) => cluster.get({ resource, name }));
    return found.filter((one) => one !== undefined);
  }
  const names = namedOnly[resource];
  if (names === undefined) return cluster.list(resource, options);
  const lists = await pooled(width, names, (name) =>
    cluster.list(resource, { ...options, fieldSelector: `metadata.name=${name}` }),
  );
  return lists.flat();
}

/** A ClusterReader Autoscaler may be told another name for its status: only its own flags say which. */
async function readStatusMaps(
  cluster: ClusterReader,
  found: Map<ResourceName, readonly KubeObject[]>,
  shrink: (object: KubeObject) => KubeObject,
): Promise<void> {
  const maps = found.get("configmaps");
  if (maps === undefined) return;
  const workloads = [
    ...(found.get("deployments") ?? []),
    ...(found.get("statefulsets") ?? []),
  ] as unknown as readonly Workload[];
  const names = new Set(
    workloads
      .flatMap((one) => one.spec.template.spec.containers)
      .flatMap((container) => lastValue(flagsOf(container), "status-config-map-name") ?? []),
  );
  for (const name of names) {
    const more = await cluster
      .list("configmaps", { fieldSelector: `metadata.name=${name}` })
      .catch((error: unknown) => gapFree(error));
    found.set("configmaps", [...(found.get("configmaps") ?? []), ...more.map(shrink)].toSorted(byName));
  }
}

// The list of configmaps was readable a moment ago; what fails now leaves the status unknown, as an absent one does.
function gapFree(error: unknown): readonly KubeObject[] {
  if (error instanceof Fault) return [];
  throw error;
}
