import { systemConstraints } from "../kube-scheduler/profile.ts";
import { writeYaml } from "../yaml/write.ts";
import { isPauseSpec } from "../kube/pod.ts";
import type { KarpenterBehaviour } from "../karpenter/behaviour.ts";
import { defined, plainOf } from "../kube/json.ts";
import type { JsonObject, Workload } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import type { Manifest } from "./assemble.ts";

/** Objects that newer releases understand and Cluster Autoscaler's users have other means for; each behind a gate or a setting. */
export const gatedKinds = ["capacity-buffers", "node-overlays", "default-spread"] as const;

/** One of them. */
export type GatedKind = (typeof gatedKinds)[number];

/** What they are made from. */
export interface GatedInput {
  readonly behaviour: KarpenterBehaviour;
  readonly objects: ClusterObjects;
  /** USD per node and hour for agents that charge by node. */
  readonly perNodeFeeUsdPerHour?: number;
  /** What a Savings Plan's rate lies below the list, in percent. */
  readonly savingsPlanDiscountPercent?: number;
}

/** Objects of one kind, and what has to be told to the controller before it reads them. */
export interface GatedObjects {
  readonly kind: GatedKind;
  readonly manifests: readonly Manifest[];
  /** Values of Karpenter's chart, as `--set` takes them. */
  readonly chartValues: readonly string[];
  /** What they do, and what is left to do by hand. */
  readonly notes: readonly string[];
}

/** A kind that cannot be made here, and why. */
export interface GatedRefusal {
  readonly kind: GatedKind;
  readonly reason: string;
  readonly fix: string;
}

/** The objects of a kind; a refusal where the release does not know it or nothing calls for it. */
export function gatedObjects(kind: GatedKind, input: GatedInput): GatedObjects | GatedRefusal {
  switch (kind) {
    case "capacity-buffers":
      return capacityBuffers(input);
    case "node-overlays":
      return nodeOverlays(input);
    case "default-spread":
      return schedulerDefaults(input);
  }
}

/** A placeholder Deployment (pause pods below priority 0) as a buffer, which holds the room without pods (karpenter v1.14). */
function capacityBuffers({ behaviour, objects }: GatedInput): GatedObjects | GatedRefusal {
  const kind = "capacity-buffers";
  if (!behaviour.hasCapacityBuffers)
    return refusal(kind, "this release knows no CapacityBuffer", "1.14 is the first that does");
  const spare = (objects.deployments ?? []).filter((one) => isPlaceholder(one, objects));
  if (spare.length === 0)
    return refusal(kind, "no Deployment of pause pods below priority 0 was found", "leave capacity-buffers out");
  return {
    kind,
    manifests: spare.flatMap((one) => [podTemplateOf(one), bufferOf(one)]),
    chartValues: ["settings.featureGates.capacityBuffer=true"],
    notes: spare.map(
      ({ metadata }) =>
        `Deployment ${metadata.namespace ?? "default"}/${metadata.name}: scale it to 0 once its CapacityBuffer is provisioned, ` +
        "or both hold room",
    ),
  };
}

function isPlaceholder({ spec }: Workload, { priorityclasses }: ClusterObjects): boolean {
  const pod = spec.template.spec;
  const named = priorityclasses?.find(({ metadata }) => metadata.name === pod.priorityClassName)?.value;
  const priority = pod.priority ?? named;
  return priority !== undefined && priority < 0 && pod.containers.length > 0 && isPauseSpec(pod);
}

function podTemplateOf({ metadata, spec }: Workload): Manifest {
  const pod = plainOf(spec.template.spec);
  const { affinity, nodeSelector, tolerations, topologySpreadConstraints } = pod;
  const containers = spec.template.spec.containers.map(({ name, image, resources }) =>
    defined({ name, image, resources: resources === undefined ? undefined : plainOf(resources) }),
  );
  return {
    apiVersion: "v1",
    kind: "PodTemplate",
    metadata: place(metadata, `${metadata.name}-buffer`),
    template: {
      ...(spec.template.metadata?.labels === undefined ? {} : { metadata: { labels: spec.template.metadata.labels } }),
      spec: defined({ affinity, nodeSelector, tolerations, topologySpreadConstraints, containers }),
    },
  };
}

function bufferOf({ metadata, spec }: Workload): Manifest {
  return {
    apiVersion: "autoscaling.x-k8s.io/v1beta1",
    kind: "CapacityBuffer",
    metadata: place(metadata, metadata.name),
    spec: {
      provisioningStrategy: "buffer.x-k8s.io/active-capacity",
      podTemplateRef: { name: `${metadata.name}-buffer` },
      replicas: spec.replicas ?? 1,
    },
  };
}

function place({ namespace }: Workload["metadata"], name: string): { name: string; namespace: string } {
  return { name, namespace: namespace ?? "default" };
}

/** Prices as they are paid. Of two adjustments for one offering only that of the greater weight counts: the two cannot be joined. */
function nodeOverlays({
  behaviour,
  perNodeFeeUsdPerHour: fee,
  savingsPlanDiscountPercent: discount,
}: GatedInput): GatedObjects | GatedRefusal {
  const kind = "node-overlays";
  if (!behaviour.hasNodeOverlays)
    return refusal(kind, "this release knows no NodeOverlay", "1.7 is the first that does");
  const capacityType = (value: string): JsonObject => ({
    key: "karpenter.sh/capacity-type",
    operator: "In",
    values: [value],
  });
  const paid = [
    ...(discount === undefined
      ? []
      : [overlay("savings-plan", 10, { requirements: [capacityType("on-demand")], priceAdjustment: `-${discount}%` })]),
    ...(fee === undefined ? [] : [overlay("per-node-fee", 1, { requirements: [], priceAdjustment: `+${fee}` })]),
  ];
  if (paid.length === 0)
    return refusal(
      kind,
      "no price was named that differs from the list",
      "add --savings-plan-discount PERCENT or --per-node-fee USD",
    );
  return {
    kind,
    manifests: paid,
    chartValues: ["settings.featureGates.nodeOverlay=true"],
    notes: [
      ...(discount === undefined
        ? []
        : [
            "savings-plan lowers every on-demand price, also of nodes beyond the commitment: take it away when the plan ends",
          ]),
      ...(paid.length < 2
        ? []
        : ["on-demand offers get the Savings Plan's rate alone: of two adjustments the greater weight counts"]),
    ],
  };
}

function overlay(name: string, weight: number, spec: JsonObject): Manifest {
  return { apiVersion: "karpenter.sh/v1alpha1", kind: "NodeOverlay", metadata: { name }, spec: { weight, ...spec } };
}

/**
 * kube-scheduler's built-in defaults, as a file that Karpenter reads: since v1.15 it spreads pods without constraints of their own as the
 * scheduler will, if it is told how (`scheduling/defaultconstraints.go`; kube-scheduler `podtopologyspread/plugin.go`).
 */
function schedulerDefaults({ behaviour }: GatedInput): GatedObjects | GatedRefusal {
  const kind = "default-spread";
  if (!behaviour.hasDefaultSpread)
    return refusal(kind, "this release knows no default topology spread", "1.15 is the first that does");
  const name = "karpenter-scheduler-config";
  return {
    kind,
    manifests: [
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace: "kube-system" },
        data: { "scheduler.yaml": schedulerConfiguration },
      },
    ],
    chartValues: [
      "controller.env[0].name=SCHEDULER_CONFIG",
      "controller.env[0].value=/etc/karpenter/scheduler/scheduler.yaml",
      "extraVolumes[0].name=scheduler-config",
      `extraVolumes[0].configMap.name=${name}`,
      "controller.extraVolumeMounts[0].name=scheduler-config",
      "controller.extraVolumeMounts[0].mountPath=/etc/karpenter/scheduler",
    ],
    notes: [
      "these are kube-scheduler's own defaults, which nobody can change on EKS; without them Karpenter packs what the scheduler spreads",
      "the ConfigMap must lie in the controller's namespace",
    ],
  };
}

const schedulerConfiguration = writeYaml({
  apiVersion: "kubescheduler.config.k8s.io/v1",
  kind: "KubeSchedulerConfiguration",
  profiles: [
    {
      schedulerName: "default-scheduler",
      pluginConfig: [
        {
          name: "PodTopologySpread",
          args: {
            defaultingType: "List",
            defaultConstraints: systemConstraints.map(({ maxSkew, topologyKey, whenUnsatisfiable }) => ({
              maxSkew,
              topologyKey,
              whenUnsatisfiable,
            })),
          },
        },
      ],
    },
  ],
});

function refusal(kind: GatedKind, reason: string, fix: string): GatedRefusal {
  return { kind, reason, fix };
}
