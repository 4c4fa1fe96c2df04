import { type HostPort, hostPortsOf } from "../karpenter/host-ports.ts";
import { hasResourceClaims } from "../karpenter/pod-predicates.ts";
import {
  byWeight,
  hasPreferredNodeAffinity,
  podRequirements as requirementsOfPod,
} from "../karpenter/pod-requirements.ts";
import type { Requirement } from "../karpenter/requirement.ts";
import type { Affinity, Labels, Pod } from "../kube/objects.ts";
import { podRequests } from "../kube/pod-requests.ts";
import type { Amounts, AmountTable } from "./amounts.ts";
import { type Demands, relax } from "./preferences.ts";
import { type RequirementBook, type RequirementSet, splitHostname } from "./requirement-book.ts";
import type { PodTopology, Rules } from "./topology.ts";
import type { TopologyGroup } from "./topology-group.ts";

/**
 * Everything about a pod that decides where it fits, its name and volumes aside. Pods of one workload share a shape, and so do the
 * answers that were found for it.
 */
export interface PodShape {
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly demands: Demands;
  readonly requests: Amounts;
  /** With the heaviest preference counted as a demand, unless preferences are ignored. */
  readonly requirements: RequirementSet;
  readonly hostname: Requirement | undefined;
  readonly strict: RequirementSet;
  readonly strictHostname: Requirement | undefined;
  readonly hostPorts: readonly HostPort[];
  readonly hasResourceClaims: boolean;
  /** Filled by topology when the shape is first met. */
  topology: PodTopology | undefined;
  /** Groups that count pods with these labels, as far as `selectedUpTo` groups of the namespace were looked at. */
  readonly selecting: TopologyGroup[];
  selectedUpTo: number;
  /** See `Topology.rules`. */
  rules: Rules | undefined;
  /** The next step down; null when there is none, undefined while nobody asked. */
  next: PodShape | null | undefined;
  /** What the next step gives up, in words; known once the step was asked for. */
  gives: string | undefined;
}

/** Shapes of one pass. */
export class ShapeBook {
  readonly #byPod = new Map<Pod, PodShape>();
  readonly #byText = new Map<string, PodShape>();
  readonly #requests = new Map<string, Amounts>();
  readonly #table: AmountTable;
  readonly #book: RequirementBook;
  readonly #ignoresPreferences: boolean;
  readonly #toleratesPreferNoSchedule: boolean;
  #count = 0;

  constructor(input: {
    readonly table: AmountTable;
    readonly book: RequirementBook;
    readonly ignoresPreferences: boolean;
    readonly toleratesPreferNoSchedule: boolean;
  }) {
    this.#table = input.table;
    this.#book = input.book;
    this.#ignoresPreferences = input.ignoresPreferences;
    this.#toleratesPreferNoSchedule = input.toleratesPreferNoSchedule;
  }

  /** Topology groups are made anew for every pass: what shapes know of those of the last one is void. */
  forgetTopology(): void {
    for (const shape of this.#byText.values()) {
      shape.topology = undefined;
      shape.selecting.length = 0;
      shape.selectedUpTo = 0;
      shape.rules = undefined;
    }
  }

  get size(): number {
    return this.#count;
  }

  /** The shape of a pod as it stands. Costs one serialisation of the parts that matter, the first time. */
  of(pod: Pod): PodShape {
    let shape = this.#byPod.get(pod);
    if (shape === undefined) {
      shape = this.#read(pod);
      this.#byPod.set(pod, shape);
    }
    return shape;
  }

  #read(pod: Pod): PodShape {
    const text = shapeText(pod);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const { nodeSelector, affinity, tolerations, topologySpreadConstraints } = pod.spec;
    const demands: Demands = {
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(affinity === undefined ? {} : { affinity: sortedPreferences(affinity) }),
      ...(tolerations === undefined ? {} : { tolerations }),
      ...(topologySpreadConstraints === undefined ? {} : { topologySpreadConstraints }),
    };
    const shape = this.#shape(
      {
        namespace: pod.metadata.namespace ?? "",
        labels: pod.metadata.labels ?? {},
        requests: this.requests(pod),
        hostPorts: hostPortsOf(pod),
        hasResourceClaims: hasResourceClaims(pod),
      },
      demands,
    );
    this.#byText.set(text, shape);
    return shape;
  }

  /** What the pod asks for, each spelling once. */
  requests(pod: Pod): Amounts {
    const text = requestText(pod);
    const known = this.#requests.get(text);
    if (known !== undefined) return known;
    const parsed = podRequests(pod);
    const requests = this.#table.exact(parsed.ok ? parsed.value : new Map());
    this.#requests.set(text, requests);
    return requests;
  }

  /** The shape one relaxation further; undefined at the end of the ladder. */
  relaxed(shape: PodShape): PodShape | undefined {
    if (shape.next === undefined) {
      const step = relax(shape.demands, this.#toleratesPreferNoSchedule);
      shape.gives = step?.gaveUp;
      shape.next = step === undefined ? null : this.#relaxedShape(shape, step.demands);
    }
    return shape.next ?? undefined;
  }

  // Different originals may meet on their way down; then they share the rest of it.
  #relaxedShape(shape: PodShape, demands: Demands): PodShape {
    const { namespace, labels, requests, hostPorts } = shape;
    const text = `relaxed ${JSON.stringify([namespace, labels, demands, requests, hostPorts])}`;
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const relaxed = this.#shape(shape, demands);
    this.#byText.set(text, relaxed);
    return relaxed;
  }

  #shape(
    base: Pick<PodShape, "namespace" | "labels" | "requests" | "hostPorts" | "hasResourceClaims">,
    demands: Demands,
  ): PodShape {
    const full = requirementsOfPod(demands, this.#book.family, this.#ignoresPreferences);
    const hostname = splitHostname(full);
    const strict = hasPreferredNodeAffinity(demands) ? requirementsOfPod(demands, this.#book.family, true) : undefined;
    const strictHostname = strict === undefined ? hostname : splitHostname(strict);
    const requirements = this.#book.intern(full);
    const { namespace, labels, requests, hostPorts, hasResourceClaims: claims } = base;
    return {
      id: this.#count++,
      namespace,
      labels,
      demands,
      requests,
      requirements,
      hostname,
      strict: strict === undefined ? requirements : this.#book.intern(strict),
      strictHostname,
      hostPorts,
      hasResourceClaims: claims,
      topology: undefined,
      selecting: [],
      selectedUpTo: 0,
      rules: undefined,
      next: undefined,
      gives: undefined,
    };
  }
}

// Karpenter sorts the preferred node affinity terms in place the first time it reads them.
function sortedPreferences(affinity: Affinity): Affinity {
  const terms = affinity.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (terms === undefined || terms.length < 2) return affinity;
  return {
    ...affinity,
    nodeAffinity: { ...affinity.nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution: byWeight(terms) },
  };
}

function shapeText(pod: Pod): string {
  const { spec, metadata } = pod;
  const parts: unknown[] = [metadata.namespace, metadata.labels, requestText(pod)];
  parts.push(spec.nodeSelector, spec.affinity, spec.tolerations, spec.topologySpreadConstraints, spec.resourceClaims);
  for (const { ports, resources } of spec.containers)
    if (ports !== undefined || resources?.claims !== undefined) parts.push(ports, resources?.claims);
  for (const { resources } of spec.initContainers ?? [])
    if (resources?.claims !== undefined) parts.push(resources.claims);
  return JSON.stringify(parts);
}

function requestText(pod: Pod): string {
  const { containers, initContainers, overhead, resources } = pod.spec;
  let text = "";
  for (const container of containers) text += `${JSON.stringify(container.resources?.requests)};`;
  if (initContainers !== undefined) {
    text += JSON.stringify(initContainers.map((container) => [container.restartPolicy, container.resources?.requests]));
  }
  if (overhead !== undefined || resources !== undefined) text += JSON.stringify([overhead, resources]);
  const { status } = pod;
  const resized = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].filter(
    (one) => one.resources !== undefined,
  );
  if (resized.length > 0) text += JSON.stringify([containers, initContainers, resized, status?.conditions]);
  return text;
}
