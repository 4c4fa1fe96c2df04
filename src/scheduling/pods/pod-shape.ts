import { type HostPort, hostPortsOf } from "../../kube/host-ports.ts";
import { hasResourceClaims } from "../../karpenter/pod-predicates.ts";
import type { SchedulingBehaviour } from "../../karpenter/behaviour.ts";
import type { ContainerStatus, Pod } from "../../kube/objects.ts";
import { podRequests } from "../../kube/pod-requests.ts";
import type { ColumnAmounts, AmountTable } from "../amounts.ts";
import { ConstraintTable, type ConstraintContext, type PodConstraints } from "./pod-constraints.ts";

/** What a pod takes of a node. */
export interface PodSize {
  readonly requests: ColumnAmounts;
  readonly hostPorts: readonly HostPort[];
  readonly hasResourceClaims: boolean;
}

/**
 * Everything about a pod that decides where it fits, its name and volumes aside. Pods of one workload share a shape, and so do the
 * answers that were found for it.
 */
export interface PodShape extends PodSize {
  readonly constraints: PodConstraints;
  readonly size: PodSize;
}

/** How shapes are read. */
export interface ShapeContext extends ConstraintContext {
  readonly table: AmountTable;
  readonly resizes: SchedulingBehaviour["resizes"];
}

/** Shapes of all passes over one cluster (Karpenter's `cachedPodData`, once for all pods that are alike). */
export class ShapeTable {
  readonly #byPod = new Map<Pod, PodShape>();
  /** By constraints and size. */
  readonly #shapes: Map<PodSize, PodShape>[] = [];
  readonly #sizes = new Map<string, PodSize>();
  readonly #requests = new Map<string, ColumnAmounts>();
  readonly #table: AmountTable;
  readonly #constraints: ConstraintTable;

  readonly #resizes: SchedulingBehaviour["resizes"];

  constructor({ table, resizes, ...context }: ShapeContext) {
    this.#table = table;
    this.#resizes = resizes;
    this.#constraints = new ConstraintTable(context);
  }

  /** The shape of a pod as it stands. Costs two short serialisations, the first time. */
  of(pod: Pod): PodShape {
    let shape = this.#byPod.get(pod);
    if (shape === undefined) {
      shape = this.#shape(this.#constraints.of(pod), this.#size(pod));
      this.#byPod.set(pod, shape);
    }
    return shape;
  }

  #shape(constraints: PodConstraints, size: PodSize): PodShape {
    let shapes = this.#shapes[constraints.id];
    if (shapes === undefined) {
      shapes = new Map();
      this.#shapes[constraints.id] = shapes;
    }
    let shape = shapes.get(size);
    if (shape === undefined) {
      const { requests, hostPorts, hasResourceClaims: claims } = size;
      shape = { constraints, size, requests, hostPorts, hasResourceClaims: claims };
      shapes.set(size, shape);
    }
    return shape;
  }

  #size(pod: Pod): PodSize {
    const requests = requestText(pod);
    const text = requests + bindingText(pod);
    let size = this.#sizes.get(text);
    if (size === undefined) {
      size = {
        requests: this.#read(pod, requests),
        hostPorts: hostPortsOf(pod),
        hasResourceClaims: hasResourceClaims(pod),
      };
      this.#sizes.set(text, size);
    }
    return size;
  }

  /** What the pod asks for, each spelling once. */
  requests(pod: Pod): ColumnAmounts {
    return this.#read(pod, requestText(pod));
  }

  #read(pod: Pod, text: string): ColumnAmounts {
    const known = this.#requests.get(text);
    if (known !== undefined) return known;
    const parsed = podRequests(pod, { status: this.#resizes });
    const requests = this.#table.exact(parsed.ok ? parsed.value : new Map());
    this.#requests.set(text, requests);
    return requests;
  }

  /** The shape one relaxation further; undefined at the end of the ladder. */
  relaxed({ constraints, size }: PodShape): PodShape | undefined {
    const relaxed = this.#constraints.relaxed(constraints);
    return relaxed === undefined ? undefined : this.#shape(relaxed, size);
  }
}

/** Ports and devices, as they are written; empty for nearly every pod. */
function bindingText({ spec }: Pod): string {
  let text = spec.resourceClaims === undefined ? "" : `claims ${JSON.stringify(spec.resourceClaims)}`;
  for (const { ports, resources } of spec.containers)
    if (ports !== undefined || resources?.claims !== undefined)
      text += `binds ${JSON.stringify([ports, resources?.claims])}`;
  for (const { resources } of spec.initContainers ?? [])
    if (resources?.claims !== undefined) text += `init ${JSON.stringify(resources.claims)}`;
  return text;
}

function requestText(pod: Pod): string {
  const { containers, initContainers, overhead, resources } = pod.spec;
  let text = "";
  for (const container of containers) text += `${JSON.stringify(container.resources?.requests)};`;
  if (initContainers !== undefined) {
    text += JSON.stringify(initContainers.map((container) => [container.restartPolicy, container.resources?.requests]));
  }
  if (overhead !== undefined || resources !== undefined) text += JSON.stringify([overhead, resources]);
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  if (initContainerStatuses.some(isResized) || containerStatuses.some(isResized)) {
    const resized = [...initContainerStatuses, ...containerStatuses].filter(isResized);
    text += JSON.stringify([containers, initContainers, resized, pod.status?.conditions]);
  }
  return text;
}

function isResized({ resources }: ContainerStatus): boolean {
  return resources !== undefined;
}
