import type { ConfigMap, KubeObject, Node } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { Random } from "../time/random.ts";
import type { Core } from "../world/core.ts";
import type { Market } from "../world/core.ts";
import { Sandbox } from "../world/sandbox.ts";
import { emptyMemory, type SandboxState, sandboxSchema } from "../world/state.ts";
import { accountId, sampleAccount } from "./account.ts";
import { clean } from "./clean.ts";
import { budgetOf, type SampleSpec, workloadOf } from "./spec.ts";
import { traps } from "./traps.ts";

/** Sample clusters by the name that `--sandbox` takes. */
export const samples: ReadonlyMap<string, SampleSpec> = new Map([clean, traps].map((sample) => [sample.name, sample]));

/** When a sample's life begins: some days before the user looks at it. */
const bornMs = Date.UTC(2026, 7, 18, 6, 30);
const settleMs = 5 * 60_000;
const ageMs = 6 * 24 * 3_600_000;

/** A sample cluster that has run for some days: every node joined, every pod that can run does. The same seed gives the same cluster. */
export function buildSample(sample: SampleSpec, seed: number, market: Market): SandboxState {
  const key = `${sample.name} ${seed}`;
  const text = built.get(key) ?? JSON.stringify(settle(sample, seed, market));
  built.set(key, text);
  // Our own JSON of a moment ago.
  return JSON.parse(text) as SandboxState;
}

// A pure function's results, kept because many tests open the same cluster.
const built = new Map<string, string>();

function settle(sample: SampleSpec, seed: number, market: Market): SandboxState {
  const random = Random.of(`${sample.name} ${seed}`);
  const aws = sampleAccount(sample, random);
  const state = emptyState({ sample, seed, random, aws });
  const sandbox = new Sandbox(state, [], market);
  addObjects(sandbox.core, sample);
  sandbox.core.after(0, { kind: "groups" });
  // All nodes are there before the first pod that chooses among them.
  sandbox.advance(settleMs);
  addWorkloads(sandbox.core, sample);
  sandbox.advance(settleMs);
  return rested(sandbox.save());
}

function emptyState(parts: {
  readonly sample: SampleSpec;
  readonly seed: number;
  readonly random: Random;
  readonly aws: SandboxState["aws"];
}): SandboxState {
  const { sample, seed, random, aws } = parts;
  return {
    schema: sandboxSchema,
    name: sample.name,
    seed,
    kubernetesVersion: sample.kubernetesVersion,
    random: random.state,
    timeline: { nowMs: bornMs, inserted: 0, events: [] },
    resourceVersion: 1000,
    objects: {},
    applied: {},
    aws,
    releases: {},
    autoscaler: {
      isRunning: false,
      resizedMs: {},
    },
    karpenter: { ...emptyMemory(), isRunning: false },
    audit: [],
  };
}

function addObjects(core: Core, sample: SampleSpec): void {
  const by = "operator";
  const namespaces = new Set([
    "default",
    "kube-system",
    "kube-public",
    "kube-node-lease",
    ...sample.workloads.map((one) => one.namespace),
  ]);
  for (const name of namespaces)
    core.api.create(by, "namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    });
  for (const [resource, object] of clusterObjects(core, sample)) core.api.create(by, resource, object);
}

function addWorkloads(core: Core, sample: SampleSpec): void {
  const by = "operator";
  for (const spec of sample.workloads) {
    const budget = budgetOf(spec);
    if (budget !== undefined) core.api.create(by, "poddisruptionbudgets", budget);
    core.api.create(by, resourceOf[spec.kind], workloadOf(spec));
  }
  for (const budget of sample.extraBudgets ?? []) core.api.create(by, "poddisruptionbudgets", budget);
  for (const pod of sample.barePods ?? []) core.api.create(by, "pods", pod);
}

const resourceOf = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
  Job: "jobs",
} as const;

function clusterObjects(core: Core, sample: SampleSpec): readonly (readonly [ResourceName, KubeObject])[] {
  const priority = (name: string, value: number): readonly [ResourceName, KubeObject] => [
    "priorityclasses",
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value } as KubeObject,
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
  const auth = awsAuth(core, sample);
  return [
    priority("system-node-critical", 2_000_001_000),
    priority("system-cluster-critical", 2_000_000_000),
    ["storageclasses", storage],
    account("aws-node"),
    account("cluster-autoscaler", {
      "eks.amazonaws.com/role-arn": `arn:aws:iam::${accountId}:role/${sample.clusterName}-cluster-autoscaler`,
    }),
    ...(auth === undefined ? [] : [["configmaps", auth] as const]),
  ];
}

// Both ways of the older authentication modes: the nodes' roles are listed here, also beside access entries.
function awsAuth(core: Core, sample: SampleSpec): ConfigMap | undefined {
  if (sample.authenticationMode === "API") return undefined;
  const roles = core.aws
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
function rested(state: SandboxState): SandboxState {
  const nowMs = state.timeline.nowMs + ageMs;
  const { events: _, ...objects } = state.objects;
  return { ...state, timeline: { ...state.timeline, nowMs, events: [] }, objects, audit: [] };
}
