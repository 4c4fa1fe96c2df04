import type {
  Affinity,
  Container,
  JsonObject,
  KubeObject,
  LabelSelector,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from "../../kube/objects.ts";
import { selectorMatches } from "../../kube/selector.ts";
import { ownerNameOf, placeholderLabel, podName } from "./movable.ts";
import { fnv1a, trimmedOf } from "../../kube/text.ts";

/** Where placeholders live: admission policies and quotas of the users' namespaces do not reach here. */
export const placeholderNamespace = "kube-system";
/** Name of the class that lets every other pod take a placeholder's room. */
export const placeholderPriorityClass = "dovetail-placeholder";
/** On a placeholder: the pod (`namespace/name`) it holds room for. */
export const holdsForAnnotation = "dovetail/holds-for";
/** On a placeholder: groups those of one owner, for spreading among themselves. */
export const twinLabel = "dovetail/twin-of";

const zoneKey = "topology.kubernetes.io/zone";

/** The pod that needs room, and what its placeholder must know besides. */
export interface PlaceholderInput {
  readonly pod: Pod;
  /** Zones that the pod's volumes bind it to; empty when none do. */
  readonly zones: readonly string[];
  /** Zone of the node that the pod leaves; undefined when the node does not say. */
  readonly zone: string | undefined;
  /** Whether the pod's workload lies in more zones than this one now: its replicas shall lie in as many afterwards. */
  readonly isSpread: boolean;
  /** Label value that names the step, so that leftovers are found. */
  readonly step: string;
  readonly image: string;
}

/**
 * A pod of no use that asks of Karpenter the same room as a pod that will be moved: the replacement node comes up
 * before anything is evicted.
 *
 * It copies requests, selectors, tolerations, required node affinity, and what the pod asks of its own siblings,
 * written over to the placeholders' own
 * label so that no Service and no ReplicaSet takes it for one of its pods. It does not copy volumes, host ports,
 * preferences, nor affinity to other
 * workloads.
 */
export function placeholderFor(input: PlaceholderInput): KubeObject & JsonObject {
  const { pod, step } = input;
  const isBound = input.isSpread || isSpreadOverZones(pod);
  const zones = isBound && input.zone !== undefined ? [input.zone] : input.zones;
  const twin = labelValue(ownerNameOf(pod) ?? podName(pod));
  const spec: JsonObject = {
    ...(pod.spec.nodeSelector === undefined ? {} : { nodeSelector: pod.spec.nodeSelector }),
    affinity: plain(affinityOf(pod, twin, zones)),
    tolerations: plain(pod.spec.tolerations ?? []),
    topologySpreadConstraints: plain(spreadOf(pod, twin)),
    containers: pod.spec.containers.map((container, i) => idle(`c${i}`, container, input.image)),
    ...(pod.spec.initContainers === undefined
      ? {}
      : { initContainers: pod.spec.initContainers.map((container, i) => idle(`i${i}`, container, input.image)) }),
    priorityClassName: placeholderPriorityClass,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: placeholderName(pod),
      namespace: placeholderNamespace,
      labels: {
        "app.kubernetes.io/managed-by": "dovetail",
        [placeholderLabel]: step,
        [twinLabel]: twin,
      },
      annotations: { [holdsForAnnotation]: podName(pod), "karpenter.sh/do-not-disrupt": "true" },
    },
    spec,
  };
}

/** The class of all placeholders: any pod with a priority may take their room, and they take nobody's. */
export const priorityClass: KubeObject & JsonObject = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: placeholderPriorityClass, labels: { "app.kubernetes.io/managed-by": "dovetail" } },
  value: -10,
  preemptionPolicy: "Never",
  globalDefault: false,
  description: "Placeholders that hold room for pods about to be moved",
};

/** The same pod always has the same placeholder, so that a resumed step finds it. */
export function placeholderName(pod: Pod): string {
  return `dovetail-hold-${hash(`${podName(pod)}/${pod.metadata.uid ?? ""}`)}`;
}

/** A label value of at most 63 characters that stands for any text. */
export function labelValue(text: string): string {
  const readable = text.replaceAll(/[^A-Za-z0-9._-]/g, ".").slice(0, 48);
  return `${trimmedOf(readable, "._-")}-${hash(text)}`.replace(/^-/, "");
}

// Extended resources (GPUs) must have equal limits; others are asked for without a limit.
function idle(name: string, container: Container, image: string): JsonObject {
  const requests = container.resources?.requests ?? {};
  const extended = Object.entries(requests).filter(([resource]) => resource.includes("/"));
  const resources = extended.length === 0 ? { requests } : { requests, limits: Object.fromEntries(extended) };
  const restart = container.restartPolicy === undefined ? {} : { restartPolicy: container.restartPolicy };
  return { name, image, resources, ...restart };
}

function affinityOf(pod: Pod, twin: string, zones: readonly string[]): Affinity {
  const { affinity } = pod.spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const ours: NodeSelectorTerm = {
    matchExpressions: [
      { key: "karpenter.sh/nodepool", operator: "Exists" },
      ...(zones.length === 0 ? [] : [{ key: zoneKey, operator: "In", values: zones }]),
    ],
  };
  const terms = required === undefined || required.length === 0 ? [ours] : required.map((term) => both(term, ours));
  const apart = (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term) =>
    apartFrom(pod, term, twin),
  );
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
    ...(apart.length === 0 ? {} : { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: apart } }),
  };
}

function both(a: NodeSelectorTerm, b: NodeSelectorTerm): NodeSelectorTerm {
  return {
    ...a,
    matchExpressions: [...(a.matchExpressions ?? []), ...(b.matchExpressions ?? [])],
  };
}

/**
 * A pod that keeps away from its siblings needs room away from their placeholders, and from the siblings that moved
 * already. The latter only per node:
 * per zone the pod that is about to leave would keep its own placeholder out.
 */
function apartFrom(pod: Pod, term: PodAffinityTerm, twin: string): readonly PodAffinityTerm[] {
  if (term.topologyKey === zoneKey) return [];
  const isPerNode = term.topologyKey === "kubernetes.io/hostname";
  const namespaces = term.namespaces ?? [pod.metadata.namespace ?? "default"];
  const others = isPerNode && term.matchLabelKeys === undefined ? [{ ...term, namespaces }] : [];
  if (!isAboutItself(pod, term.labelSelector)) return others;
  const { matchLabelKeys: _, mismatchLabelKeys: __, namespaceSelector: ___, ...rest } = term;
  return [...others, { ...rest, labelSelector: twinSelector(twin), namespaces: [placeholderNamespace] }];
}

/**
 * Whether the pod's siblings are held apart by zone. Its successor then has to go where the pod leaves a gap, so its
 * room must be in that very zone:
 * the placeholders alone cannot know how the siblings lie.
 */
function isSpreadOverZones(pod: Pod): boolean {
  const spread = (pod.spec.topologySpreadConstraints ?? []).some(
    (one) =>
      one.whenUnsatisfiable === "DoNotSchedule" && one.topologyKey === zoneKey && isAboutItself(pod, one.labelSelector),
  );
  const apart = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return spread || apart.some((term) => term.topologyKey === zoneKey && isAboutItself(pod, term.labelSelector));
}

function spreadOf(pod: Pod, twin: string): readonly TopologySpreadConstraint[] {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === "DoNotSchedule")
    .filter((constraint) => constraint.topologyKey !== zoneKey && isAboutItself(pod, constraint.labelSelector))
    .map((constraint) => {
      const { matchLabelKeys: _, minDomains: __, ...rest } = constraint;
      return { ...rest, labelSelector: twinSelector(twin) };
    });
}

function twinSelector(twin: string): LabelSelector {
  return { matchLabels: { [twinLabel]: twin } };
}

function isAboutItself(pod: Pod, selector: LabelSelector | undefined): boolean {
  return selectorMatches(selector, pod.metadata.labels ?? {});
}

// FNV-1a, 32 bits twice with different seeds: names need to be stable and distinct, not secret.
function hash(text: string): string {
  const half = (start?: number): string => fnv1a(text, start).toString(36).padStart(7, "0");
  return half() + half(0x01234567);
}

function plain(value: unknown): JsonObject[string] {
  return value as JsonObject[string];
}
