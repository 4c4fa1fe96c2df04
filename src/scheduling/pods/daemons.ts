// Mirrors pkg/controllers/provisioning/scheduling/scheduler.go of karpenter v1.14.1.
import { type HostPort, hostPortsOf } from "../../kube/host-ports.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { LabelFamily } from "../../karpenter/labels.ts";
import { hasResourceClaims } from "../../karpenter/pod-predicates.ts";
import { podRequirements } from "../../karpenter/pod-requirements.ts";
import { requirementConflict, intersects, type Requirements } from "../../karpenter/requirements.ts";
import { toleratesAll } from "../../karpenter/taints.ts";
import { groupBy } from "../../kube/group-by.ts";
import type { Pod, Taint, Toleration, Workload } from "../../kube/objects.ts";
import { controllerOf } from "../../kube/pod.ts";
import { podRequests, withLimitsAsRequests } from "../../kube/pod-requests.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import { type ColumnAmounts, type AmountTable, sumOf } from "../amounts.ts";
import { namespacedName } from "../namespaced-name.ts";
import { withLenientToleration, withRequired } from "./preferences.ts";
import { inNameOrder } from "../state-node.ts";
import type { TypeFacts } from "../types/type-facts.ts";
import type { DaemonGroup } from "../types/type-universe.ts";

/**
 * The pod a DaemonSet would start on a new node.
 *
 * It changes while it is asked about: Karpenter shares one pod object between all its questions, so that an alternative dropped for one
 * instance type stays dropped for all later ones, and the toleration added for templates is there for existing nodes too.
 */
export class DaemonPod {
  readonly key: string;
  readonly requests: ColumnAmounts;
  readonly hostPorts: readonly HostPort[];
  readonly isOnHostNetwork: boolean;
  readonly #family: LabelFamily;
  #affinity: Pod["spec"]["affinity"];
  readonly #nodeSelector: Pod["spec"]["nodeSelector"];
  #tolerations: readonly Toleration[];
  #requirements: Requirements;

  constructor(pod: Pod, { table, family, behaviour }: DaemonContext) {
    const parsed = podRequests(pod, { status: behaviour.resizes });
    this.key = namespacedName(pod);
    this.requests = table.exact(parsed.ok ? parsed.value : new Map());
    this.hostPorts = hostPortsOf(pod);
    this.isOnHostNetwork = pod.spec.hostNetwork === true;
    this.#family = family;
    this.#affinity = pod.spec.affinity;
    this.#nodeSelector = pod.spec.nodeSelector;
    this.#tolerations = pod.spec.tolerations ?? [];
    this.#requirements = this.#read();
  }

  #read(): Requirements {
    const { nodeSelector, affinity } = { nodeSelector: this.#nodeSelector, affinity: this.#affinity };
    const spec = {
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(affinity === undefined ? {} : { affinity }),
    };
    return podRequirements(spec, this.#family, true);
  }

  /**
   * Would it run on a new node of this template and type, or of whatever type where none is named; drops alternatives that it finds
   * impossible (Karpenter's `isDaemonPodCompatible`).
   */
  fitsTemplate(
    template: { readonly requirements: Requirements; readonly taints: readonly Taint[] },
    type: TypeFacts | undefined,
  ): boolean {
    this.#tolerations = withLenientToleration(this.#tolerations) ?? this.#tolerations;
    if (!toleratesAll(template.taints, this.#tolerations)) return false;
    for (;;) {
      const fits = requirementConflict(template.requirements, this.#requirements, this.#family.wellKnown) === undefined;
      if (fits && (type === undefined || intersects(type.requirements, this.#requirements))) return true;
      if (!this.#dropAlternative()) return false;
    }
  }

  #dropAlternative(): boolean {
    const terms = this.#affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    if (this.#affinity === undefined || terms.length <= 1) return false;
    this.#affinity = withRequired(this.#affinity, terms.slice(1));
    this.#requirements = this.#read();
    return true;
  }

  fitsNode(labels: Requirements, taints: readonly Taint[]): boolean {
    return toleratesAll(taints, this.#tolerations) && requirementConflict(labels, this.#requirements) === undefined;
  }
}

/** What daemon pods are read with. */
export interface DaemonContext {
  readonly table: AmountTable;
  readonly family: LabelFamily;
  readonly behaviour: KarpenterBehaviour;
}

/** One pod for each DaemonSet: the youngest that lives, or one made from the template. */
export function daemonPods(objects: ClusterObjects, pods: readonly Pod[], context: DaemonContext): DaemonPod[] {
  const controlled = groupBy(pods, (pod) => {
    const owner = controllerOf(pod);
    return owner?.kind === "DaemonSet" ? `${pod.metadata.namespace ?? ""}/${owner.name}` : undefined;
  });
  return inNameOrder(objects.daemonsets ?? [])
    .map((set) => daemonPodOf(set, controlled.get(namespacedName(set)) ?? [], context.behaviour))
    .filter((pod) => !hasResourceClaims(pod))
    .map((pod) => new DaemonPod(pod, context));
}

function daemonPodOf(set: Workload, pods: readonly Pod[], behaviour: KarpenterBehaviour): Pod {
  let youngest: Pod | undefined;
  for (const pod of pods) {
    const uid = controllerOf(pod)?.uid;
    const isOurs = uid === undefined || set.metadata.uid === undefined || uid === set.metadata.uid;
    if (isOurs && (youngest === undefined || created(pod) > created(youngest))) youngest = pod;
  }
  return withTemplateAffinity(youngest ?? fromTemplate(set, behaviour), set);
}

function created(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? "1970-01-01T00:00:00Z");
}

function fromTemplate(set: Workload, { namesDaemonPods }: KarpenterBehaviour): Pod {
  const { spec } = set.spec.template;
  const { name, namespace } = namesDaemonPods ? set.metadata : { name: "" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      ...spec,
      containers: spec.containers.map(withLimitsAsRequests),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withLimitsAsRequests) }),
    },
  };
}

// The DaemonSet controller pins its pods to nodes by affinity; the template's own affinity replaces that.
function withTemplateAffinity(pod: Pod, set: Workload): Pod {
  const required = set.spec.template.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return pod;
  return { ...pod, spec: { ...pod.spec, affinity: withRequired(pod.spec.affinity ?? {}, required.nodeSelectorTerms) } };
}

/**
 * Types by the daemons that would run on them, in order of first appearance (the real order of groups is random). Before v1.14 all types of
 * a pool were one group, with the daemons that fit the pool: also those that some type would not run.
 */
export function daemonGroups(
  types: readonly TypeFacts[],
  template: { readonly requirements: Requirements; readonly taints: readonly Taint[] },
  context: {
    readonly daemons: readonly DaemonPod[];
    readonly table: AmountTable;
    readonly behaviour: KarpenterBehaviour;
  },
): DaemonGroup[] {
  if (context.behaviour.daemonOverhead === "by-pool") {
    const daemons = context.daemons.filter((daemon) => daemon.fitsTemplate(template, undefined));
    return [groupOf(types, daemons, context.table)];
  }
  const groups = new Map<string, { types: TypeFacts[]; daemons: readonly DaemonPod[] }>();
  for (const type of types) {
    const daemons = context.daemons.filter((daemon) => daemon.fitsTemplate(template, type));
    const key = daemons
      .map((daemon) => daemon.key)
      .sort()
      .join(",");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { types: [type], daemons });
    else group.types.push(type);
  }
  return Array.from(groups.values(), (group) => groupOf(group.types, group.daemons, context.table));
}

function groupOf(types: readonly TypeFacts[], daemons: readonly DaemonPod[], table: AmountTable): DaemonGroup {
  return {
    types,
    overhead: daemons.length === 0 ? undefined : requestsOfAll(daemons, table),
    addresses: daemons.filter(({ isOnHostNetwork }) => !isOnHostNetwork).length,
    ports: portsOf(daemons),
  };
}

/** By key, the last with a key counting, as in Karpenter's `HostPortUsage`; those without ports are left out. */
function portsOf(daemons: readonly DaemonPod[]): DaemonGroup["ports"] {
  const byKey = new Map(daemons.map(({ key, hostPorts }) => [key, hostPorts]));
  return [...byKey].flatMap(([key, ports]) => (ports.length > 0 ? [{ key, ports }] : []));
}

/** Sum over daemons; each counts as one pod. */
export function requestsOfAll(daemons: readonly DaemonPod[], table: AmountTable): ColumnAmounts {
  return sumOf(
    table,
    daemons.map(({ requests }) => requests),
  );
}
