// Mirrors clusterstate/clusterstate.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import { isBackedOff, type LoopState } from "../loop-state.ts";
import type { WrongSize } from "../memory.ts";
import { withoutStale } from "./backoff.ts";
import { readinessOf } from "./readiness.ts";
import { type AcceptableRange, missingNodes, noReadiness, type Readiness, type RegistryState } from "./registry.ts";
import { handleCreationErrors, provisionMs, updateRequests } from "./requests.ts";
import { hasTaint, toBeDeleted } from "./taints.ts";

/** Compares nodes with instances, ends or times out scale-up requests, and puts groups to rest whose instances failed (`UpdateNodes`). */
export function updateClusterState(loop: LoopState): RegistryState {
  const { memory, view, settings } = loop;
  memory.unregisteredSinceMs = unregistered(loop);
  const state: RegistryState = { ...readinessStats(loop), nodes: loop.nodes.length, ranges: new Map() };
  state.ranges = acceptableRanges(loop, state);
  memory.backoffs = withoutStale(memory.backoffs, view.nowMs, settings);
  updateRequests(loop, state);
  memory.scaleDowns = memory.scaleDowns.filter((one) => one.expectedMs > view.nowMs);
  handleCreationErrors(loop, state);
  state.ranges = acceptableRanges(loop, state);
  memory.wrongSizes = wrongSizes(loop, state);
  return state;
}

/** Sizes changed: what a group should have follows. */
export function recalculate(loop: LoopState, state: RegistryState): void {
  state.ranges = acceptableRanges(loop, state);
}

// An instance's clock starts in the loop that first sees it without a node.
function unregistered({ view, memory, nodes, cloud }: LoopState): Record<string, number> {
  const registered = new Set(nodes.map((node) => node.spec?.providerID));
  const missing = cloud.groups.flatMap((group) =>
    group.instances.filter((one) => !registered.has(one.id) && one.error === undefined),
  );
  return Object.fromEntries(missing.map(({ id }) => [id, memory.unregisteredSinceMs[id] ?? view.nowMs]));
}

function readinessStats(loop: LoopState): Pick<RegistryState, "byGroup" | "total"> {
  const { nodes, cloud, memory, view } = loop;
  const byGroup = new Map<string, Readiness>();
  const total = noReadiness();
  const of = (name: string): Readiness => {
    const known = byGroup.get(name) ?? noReadiness();
    byGroup.set(name, known);
    return known;
  };
  for (const node of nodes) {
    const group = cloud.groupOf(node);
    const kind = kindOf(loop, node, group);
    const isShort = kind === "unready" && readinessOf(node).isResourceUnready;
    for (const readiness of group === undefined ? [total] : [of(group.name), total]) {
      readiness.registered.push(node.metadata.name);
      readiness[kind].push(node.metadata.name);
      if (isShort) readiness.resourceUnready.push(node.metadata.name);
    }
  }
  for (const group of cloud.groups) {
    for (const { id } of group.instances) {
      const sinceMs = memory.unregisteredSinceMs[id];
      if (sinceMs === undefined) continue;
      const kind = sinceMs + provisionMs(loop, group) < view.nowMs ? "longUnregistered" : "unregistered";
      of(group.name)[kind].push(id);
      total[kind].push(id);
    }
  }
  return { byGroup, total };
}

function kindOf(
  loop: LoopState,
  node: Node,
  group: WorkingGroup | undefined,
): "deleted" | "suspended" | "ready" | "notStarted" | "unready" {
  const { view, settings } = loop;
  if (group === undefined && isGone(node)) return "deleted";
  const suspended = node.status?.conditions?.find((one) => one.type === "Suspended");
  if (settings.behaviour.knowsSuspended && suspended?.status === "True") return "suspended";
  if (readinessOf(node).isReady) return "ready";
  const startupMs = group?.options.maxNodeStartupMs ?? settings.of("max-node-startup-time");
  const createdMs = Date.parse(node.metadata.creationTimestamp ?? "") || 0;
  return createdMs + startupMs > view.nowMs ? "notStarted" : "unready";
}

// A node whose instance the provider does not know is taken for deleted when CA began to delete it (`hasCloudProviderInstance`).
function isGone(node: Node): boolean {
  if (node.metadata.annotations?.["k8s.io/cluster-autoscaler-enabled"] === "false") return true;
  return hasTaint(node, toBeDeleted);
}

function acceptableRanges({ cloud, memory }: LoopState, state: RegistryState): ReadonlyMap<string, AcceptableRange> {
  return new Map(
    cloud.groups.map(({ name, target }) => {
      const long = state.byGroup.get(name)?.longUnregistered.length ?? 0;
      const increase = memory.requests[name]?.increase ?? 0;
      const leaving = memory.scaleDowns.filter((one) => one.group === name).length;
      return [name, { min: target - long - increase, max: target + leaving, target }];
    }),
  );
}

function wrongSizes({ cloud, memory, view }: LoopState, state: RegistryState): Record<string, WrongSize> {
  const found: Record<string, WrongSize> = {};
  for (const { name } of cloud.groups) {
    const readiness = state.byGroup.get(name);
    const target = state.ranges.get(name)?.target ?? 0;
    if (readiness === undefined) continue;
    const current = readiness.registered.length;
    const missing = readiness.unregistered.length + readiness.longUnregistered.length;
    if (current <= target && current >= target - missing) continue;
    const before = memory.wrongSizes[name];
    const isSame = before?.current === current && before.expected === target;
    found[name] = isSame ? before : { current, expected: target, sinceMs: view.nowMs };
  }
  return found;
}

/** Whether so few nodes are unready that CA may act at all. */
export function isClusterHealthy(loop: LoopState, state: RegistryState): boolean {
  return !isTooMany(loop, state.total.unready.length, state.nodes);
}

/** Whether few enough of a group's nodes are missing without a reason. */
export function isGroupHealthy(loop: LoopState, state: RegistryState, group: string): boolean {
  const range = state.ranges.get(group);
  if (range === undefined) return false;
  const readiness = state.byGroup.get(group);
  if (readiness === undefined) return range.target === 0 || (range.min === 0 && range.target > 0);
  const { ready, unready, notStarted, suspended } = readiness;
  const missing = Math.max(0, range.min - ready.length - suspended.length);
  return !isTooMany(loop, missing, ready.length + unready.length + notStarted.length + suspended.length);
}

function isTooMany({ settings }: LoopState, count: number, of: number): boolean {
  const share = settings.of("max-total-unready-percentage") / 100;
  return count > settings.of("ok-total-unready-count") && count > share * of;
}

/** Nodes that are still to come, by group, and those of them that are registered but not ready yet (`GetUpcomingNodes`). */
export function upcomingNodes(
  loop: LoopState,
  state: RegistryState,
): { readonly counts: ReadonlyMap<string, number>; readonly notStarted: ReadonlyMap<string, readonly string[]> } {
  const counts = new Map<string, number>();
  const notStarted = new Map<string, readonly string[]>();
  for (const { name } of loop.cloud.groups) {
    const readiness = state.byGroup.get(name) ?? noReadiness();
    const missing = missingNodes(state, name);
    if (missing <= 0) continue;
    const isAsked = loop.memory.requests[name] !== undefined && !isBackedOff(loop, name);
    if (loop.settings.behaviour.upcomingNeedsRequest && !isAsked) continue;
    counts.set(name, missing);
    notStarted.set(name, readiness.notStarted);
  }
  return { counts, notStarted };
}
