import type { Container, ContainerStatus, Pod, ResourceTexts } from "./objects.ts";
import type { Quantity } from "./quantity.ts";
import { unit } from "./quantity.ts";
import { addInto, max, type ParsedResources, parseResources, type ResourceList } from "./resource-list.ts";

const podLevel = /^(cpu|memory|hugepages-.*)$/;

/** A container's unreadable quantity, thrown inside this file only. */
class Unreadable extends Error {}

/** What of a pod is counted (`resourcehelper.PodResourcesOptions`). */
export interface RequestOptions {
  /**
   * Containers whose status tells of an in-place resize that counts: all, those that run for the pod's whole life (kube-scheduler, for
   * pods that have a node), or none (pods that wait). All if absent.
   */
  readonly status?: "of-all" | "of-running" | "ignored";
  /** Whether requests of the pod as a whole replace those of its containers. True if absent. */
  readonly podLevel?: boolean;
  /** What a container counts of these resources when it names no request; an explicit 0 stays 0. */
  readonly missing?: ResourceList;
}

/**
 * What kube-scheduler counts for a pod: containers together, or the peak of its init containers beside the sidecars started before, then
 * pod-level requests over that, then the runtime class's overhead. `pods: 1` is included.
 */
export function podRequests(pod: Pod, options: RequestOptions = {}): ParsedResources {
  try {
    const total = new Map(aggregated(pod, options));
    for (const [name, amount] of read(pod.spec.resources?.requests, "pod")) {
      if (options.podLevel !== false && podLevel.test(name)) total.set(name, amount);
    }
    addInto(total, read(pod.spec.overhead, "overhead"));
    total.set("pods", unit);
    return { ok: true, value: total };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, reason: error.message };
    throw error;
  }
}

/** A copy of a container whose limits stand in for requests it does not name, as the API server's defaulting does. */
export function withLimitsAsRequests(container: Container): Container {
  const limits = container.resources?.limits;
  if (limits === undefined) return container;
  return {
    ...container,
    resources: { ...container.resources, requests: { ...limits, ...container.resources?.requests } },
  };
}

function aggregated(pod: Pod, { status = "of-all", missing }: RequestOptions): ResourceList {
  const isInfeasible = pod.status?.conditions?.some(
    (condition) => condition.type === "PodResizePending" && condition.reason === "Infeasible",
  );
  const resized = { isInfeasible: isInfeasible === true, missing };
  const { containerStatuses, initContainerStatuses } = status === "ignored" ? {} : (pod.status ?? {});
  const running = new Map<string, Quantity>();
  for (const container of pod.spec.containers) addInto(running, countedOf(container, containerStatuses, resized));
  const sidecars = new Map<string, Quantity>();
  let peak: ResourceList = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === "Always";
    const statuses = isSidecar || status === "of-all" ? initContainerStatuses : undefined;
    const asked = countedOf(container, statuses, resized);
    if (isSidecar) {
      addInto(running, asked);
      addInto(sidecars, asked);
      peak = max(peak, sidecars);
    } else {
      const during = new Map(sidecars);
      addInto(during, asked);
      peak = max(peak, during);
    }
  }
  return max(running, peak);
}

function countedOf(
  container: Container,
  statuses: readonly ContainerStatus[] | undefined,
  { isInfeasible, missing }: { readonly isInfeasible: boolean; readonly missing: ResourceList | undefined },
): ResourceList {
  const named = effective(container, statuses, isInfeasible);
  return missing === undefined ? named : new Map([...missing, ...named]);
}

function effective(
  container: Container,
  statuses: readonly ContainerStatus[] | undefined,
  isInfeasible: boolean,
): ResourceList {
  const spec = read(container.resources?.requests, container.name);
  const found = statuses?.find((one) => one.name === container.name);
  if (found?.resources === undefined) return spec;
  const actual = read(found.resources.requests, container.name);
  const allocated = read(found.allocatedResources, container.name);
  return isInfeasible ? max(actual, allocated) : max(spec, actual, allocated);
}

function read(texts: ResourceTexts | undefined, where: string): ResourceList {
  const parsed = parseResources(texts);
  if (!parsed.ok) throw new Unreadable(`${where}: ${parsed.reason}`);
  return parsed.value;
}
