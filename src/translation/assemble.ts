import { inForce } from "../autoscaler/flags/settings.ts";
import type { Ec2NodeClass, NodePool } from "../karpenter/api.ts";
import type { RequirementSpec } from "../karpenter/instance-type.ts";
import type { JsonObject, KubeObject } from "../kube/objects.ts";
import { disruptionOf } from "./disruption.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import { isAlias } from "./image.ts";
import { defined, plainOf, alsoPlain } from "../kube/json.ts";
import type { Bundle } from "./merge.ts";
import { selectorTerms, type Selectors } from "./selectors.ts";

/** Names the node groups that a NodePool stands for. */
export const originAnnotation = "dovetail/translated-from";

/** The NodePool of a bundle. `part` tells the pool for the on-demand base of a mix from the one for the rest. */
export function nodePoolOf(
  bundle: Bundle,
  facts: Facts,
  given: { readonly name: string; readonly nodeClassName: string; readonly part: "all" | "base" | "rest" },
): NodePool {
  const [draft] = bundle.drafts;
  const base = draft.onDemandBase * bundle.drafts.length;
  const capacityTypes = given.part === "base" ? ["on-demand"] : draft.capacityTypes;
  const nodes = nodesOf(bundle.max, base, given.part);
  const limits = limitsOf(bundle, facts, nodes);
  const weight = given.part === "base" ? Math.min(100, (bundle.weight ?? 0) + 5) : bundle.weight;
  const groups = bundle.drafts.map((item) => item.nodeGroup.name).join(",");
  const metadata = templateMetadata(draft);
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: given.name, annotations: { [originAnnotation]: groups } },
    spec: {
      ...(weight === undefined ? {} : { weight }),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
      disruption: disruptionOf(draft, facts.input.autoscaler),
      template: {
        ...(metadata === undefined ? {} : { metadata }),
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: given.nodeClassName },
          requirements: requirementsOf(bundle, capacityTypes),
          ...(draft.taints.length === 0 ? {} : { taints: draft.taints }),
          ...(draft.startupTaints.length === 0 ? {} : { startupTaints: draft.startupTaints }),
          expireAfter: draft.expireAfter,
        },
      },
    },
  };
}

/** EC2NodeClass.spec of a bundle, in the order in which people read it. */
export function nodeClassSpecOf(bundle: Bundle, facts: Facts, selectors: Selectors): JsonObject {
  const [draft] = bundle.drafts;
  const { image } = draft;
  const terms = selectorTerms(bundle, facts, selectors);
  const tags = Object.entries(draft.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return defined({
    ...draft.role,
    amiFamily: image === undefined || isAlias(image) ? undefined : image.family,
    amiSelectorTerms: [...(image?.terms ?? [])],
    subnetSelectorTerms: terms.subnets,
    securityGroupSelectorTerms: terms.securityGroups,
    kubelet: Object.keys(draft.kubelet).length === 0 ? undefined : draft.kubelet,
    ...draft.nodeClass,
    tags: tags.length === 0 ? undefined : Object.fromEntries(tags),
    userData: draft.userData,
  });
}

/** A node class with this name. */
export function nodeClassOf(name: string, spec: JsonObject): Ec2NodeClass {
  return { apiVersion: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", metadata: { name }, spec };
}

function templateMetadata(
  draft: Draft,
): { labels?: Record<string, string>; annotations?: Record<string, string> } | undefined {
  const hasLabels = Object.keys(draft.labels).length > 0;
  const hasAnnotations = Object.keys(draft.annotations).length > 0;
  if (!hasLabels && !hasAnnotations) return undefined;
  return {
    ...(hasLabels ? { labels: sorted(draft.labels) } : {}),
    ...(hasAnnotations ? { annotations: sorted(draft.annotations) } : {}),
  };
}

function requirementsOf(bundle: Bundle, capacityTypes: readonly string[]): readonly RequirementSpec[] {
  const [draft] = bundle.drafts;
  const some = (key: string, values: readonly string[]): RequirementSpec[] =>
    values.length === 0 ? [] : [{ key, operator: "In", values: [...values] }];
  return [
    ...some("karpenter.sh/capacity-type", [...capacityTypes].sort()),
    ...some("kubernetes.io/arch", draft.arch),
    ...some("kubernetes.io/os", [draft.os]),
    ...some("node.kubernetes.io/instance-type", bundle.instanceTypes),
    ...some("topology.kubernetes.io/zone", bundle.zones),
    ...draft.requirements,
  ];
}

// The base of a mix takes its share of the maximum first.
function nodesOf(max: number | undefined, base: number, part: "all" | "base" | "rest"): number | undefined {
  if (part === "base") return base;
  return part === "rest" && max !== undefined ? Math.max(0, max - base) : max;
}

function limitsOf(bundle: Bundle, { input }: Facts, nodes: number | undefined): Record<string, string> {
  const total = inForce(input.autoscaler, "max-nodes-total");
  const limit = Math.min(nodes ?? Number.POSITIVE_INFINITY, total > 0 ? total : Number.POSITIVE_INFINITY);
  const cpus = bundle.instanceTypes.map((type) => input.instanceTypes?.named(type)?.vcpus ?? Number.POSITIVE_INFINITY);
  const largest = cpus.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...cpus);
  const cores = maximumOf(inForce(input.autoscaler, "cores-total")) ?? Number.POSITIVE_INFINITY;
  const memory = maximumOf(inForce(input.autoscaler, "memory-total"));
  const cpu = Math.min(limit === 0 ? 0 : limit * largest, cores);
  return {
    ...(Number.isFinite(cpu) ? { cpu: String(cpu) } : {}),
    ...(memory === undefined ? {} : { memory: `${memory}Gi` }),
    ...(Number.isFinite(limit) ? { nodes: String(limit) } : {}),
  };
}

/** The maximum of a `min:max` flag, unless it is so high that nobody set it. */
function maximumOf(text: string | undefined): number | undefined {
  const max = /^\d+:(\d+)$/.exec(text ?? "")?.[1];
  return max === undefined || Number(max) >= 320_000 ? undefined : Number(max);
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A manifest as it is written out. */
export type Manifest = KubeObject & JsonObject;

/** A manifest as plain JSON. */
export function asManifest(object: NodePool | Ec2NodeClass): Manifest {
  const { apiVersion, kind, metadata, spec } = object;
  return manifestOf({ apiVersion, kind, metadata }, plainOf(spec));
}

/** A manifest from its head and body. */
export function manifestOf(head: KubeObject, spec: JsonObject): Manifest {
  return { ...head, metadata: alsoPlain(head.metadata), spec };
}
