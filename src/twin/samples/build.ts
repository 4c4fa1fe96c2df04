import type { ConfigMap, KubeObject, Node, PriorityClass } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { Random } from "../time/random.ts";
import { clusterActors } from "../actors/all.ts";
import type { Market } from "../world/market.ts";
import { emptyTwin, type TwinState, twinStateOf } from "../world/state.ts";
import { Twin } from "../world/twin.ts";
import { sampleAccount } from "./account.ts";
import { accountId } from "./facts.ts";
import { arm } from "./arm.ts";
import { classic } from "./classic.ts";
import { clean } from "./clean.ts";
import { gpu } from "./gpu.ts";
import { large } from "./large.ts";
import { prefix } from "./prefix.ts";
import { priorities } from "./priorities.ts";
import { spot } from "./spot.ts";
import { stateful } from "./stateful.ts";
import { budgetOf, type SampleSpec, workloadOf } from "./spec.ts";
import { traps } from "./traps.ts";

/** Sample clusters by the name that `--sandbox` takes. */
export const samples: ReadonlyMap<string, SampleSpec> = new Map(
  [clean, traps, classic, spot, stateful, gpu, arm, priorities, prefix, large].map((sample) => [sample.name, sample]),
);

/** When a sample's life begins: some days before the user looks at it. */
const bornMs = Date.UTC(2026, 7, 18, 6, 30);
const settleMs = 5 * 60_000;
const ageMs = 6 * 24 * 3_600_000;

/** A sample cluster that has run for some days: every node joined, every pod that can run does. The same seed gives the same cluster. */
export function buildSample(sample: SampleSpec, seed: number, market: Market): TwinState {
  const known = built.get(sample) ?? new Map<number, string>();
  built.set(sample, known);
  const text = known.get(seed) ?? JSON.stringify(settle(sample, seed, market));
  known.set(seed, text);
  return twinStateOf(text);
}

// A pure function's results, kept because many tests open the same cluster.
const built = new WeakMap<SampleSpec, Map<number, string>>();

function settle(sample: SampleSpec, seed: number, market: Market): TwinState {
  const random = Random.of(`${sample.name} ${seed}`);
  const aws = sampleAccount(sample, random);
  const dice = { store: Random.of(`${sample.name} ${seed} store`).state, account: random.state };
  const { name, kubernetesVersion } = sample;
  const twin = new Twin(emptyTwin({ name, seed, kubernetesVersion, aws, bornMs, dice }), {
    actors: clusterActors,
    market,
  });
  addObjects(twin, sample);
  // All nodes are there before the first pod that chooses among them.
  twin.advance(settleMs);
  addWorkloads(twin, sample);
  twin.advance(settleMs);
  return rested(twin.save());
}

function addObjects(twin: Twin, sample: SampleSpec): void {
  const by = "operator";
  const namespaces = new Set([
    "default",
    "kube-system",
    "kube-public",
    "kube-node-lease",
    ...sample.workloads.map((one) => one.namespace),
  ]);
  for (const name of namespaces)
    twin.store.create(by, "namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    });
  for (const [resource, object] of clusterObjects(twin, sample)) twin.store.create(by, resource, object);
}

function addWorkloads(twin: Twin, sample: SampleSpec): void {
  const by = "operator";
  for (const spec of sample.workloads) {
    const budget = budgetOf(spec);
    if (budget !== undefined) twin.store.create(by, "poddisruptionbudgets", budget);
    twin.store.create(by, resourceOf[spec.kind], workloadOf(spec));
  }
  for (const budget of sample.extraBudgets ?? []) twin.store.create(by, "poddisruptionbudgets", budget);
  for (const pod of sample.barePods ?? []) twin.store.create(by, "pods", pod);
}

const resourceOf = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
  Job: "jobs",
} as const;

function clusterObjects(twin: Twin, sample: SampleSpec): readonly (readonly [ResourceName, KubeObject])[] {
  const priority = (name: string, value: number): readonly [ResourceName, PriorityClass] => [
    "priorityclasses",
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value },
  ];
  const account = (
    name: string,
    annotations?: Readonly<Record<string, string>>,
  ): readonly [ResourceName, KubeObject] => [
    "serviceaccounts",
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: "kube-system", ...(annotations === undefined ? {} : { annotations }) },
    },
  ];
  const storageClass: KubeObject & Pick<Node, never> = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  };
  const storage = {
    ...storageClass,
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode: "WaitForFirstConsumer",
    parameters: { type: "gp3" },
  };
  const auth = awsAuth(twin, sample);
  return [
    priority("system-node-critical", 2_000_001_000),
    priority("system-cluster-critical", 2_000_000_000),
    ["storageclasses", storage],
    account("aws-node"),
    account("cluster-autoscaler", {
      "eks.amazonaws.com/role-arn": `arn:aws:iam::${accountId}:role/${sample.clusterName}-cluster-autoscaler`,
    }),
    ...(auth === undefined ? [] : [["configmaps", auth] as const]),
    ...(sample.configMaps ?? []).map((one) => ["configmaps", one] as const),
  ];
}

// Both ways of the older authentication modes: the nodes' roles are listed here, also beside access entries.
function awsAuth(twin: Twin, sample: SampleSpec): ConfigMap | undefined {
  if (sample.authenticationMode === "API") return undefined;
  const roles = twin.account
    .rows("iam.instanceProfiles")
    .flatMap((row) => (Array.isArray(row["_roles"]) ? row["_roles"].map(String) : []));
  const entries = [...new Set(roles)].map((role) =>
    [
      `- rolearn: arn:aws:iam::${accountId}:role/${role}`,
      "  username: system:node:{{EC2PrivateDNSName}}",
      "  groups:",
      "    - system:bootstrappers",
      "    - system:nodes",
    ].join("\n"),
  );
  const admins = [
    "- rolearn: arn:aws:iam::111122223333:role/PlatformAdmins # on-call",
    "  username: platform-admin",
    "  groups: [system:masters]",
  ].join("\n");
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "aws-auth", namespace: "kube-system" },
    data: { mapRoles: `${entries.join("\n")}\n${admins}\n` },
  };
}

/** Days pass in which nothing happens; what happened at the beginning is forgotten, as events are. */
function rested(state: TwinState): TwinState {
  const later = (atMs: number): number => atMs + ageMs;
  const { events: _, ...objects } = state.store.objects;
  const { nowMs, events, ...timeline } = state.timeline;
  const planned = events.map((one) => ({ ...one, atMs: later(one.atMs) }));
  const actors = Object.entries(state.actors).map(([name, one]) => {
    const again = Object.fromEntries(Object.entries(one.again).map(([key, atMs]) => [key, later(atMs)]));
    return [name, { ...one, again }] as const;
  });
  return {
    ...state,
    timeline: { ...timeline, nowMs: later(nowMs), events: planned },
    store: { ...state.store, objects },
    actors: Object.fromEntries(actors),
    audit: [],
  };
}
