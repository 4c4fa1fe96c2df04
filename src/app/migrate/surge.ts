import { plainOf, textAt } from "../../kube/json.ts";
import type { Node, Pod } from "../../kube/objects.ts";
import { inSeveralZones, workloadNames, zonesByWorkload } from "../../migration/shift/spread.ts";
import { isBound, isTerminating } from "../../kube/pod.ts";
import { isKarpenterNode, isNodeReady, zoneOf } from "../../kube/node.ts";
import { indexVolumes } from "../../kube/volumes.ts";
import { type Consents, isPlaceholder, placeholderLabel, podName } from "../../migration/shift/movable.ts";
import {
  holdsForAnnotation,
  labelValue,
  placeholderFor,
  placeholderName,
  placeholderNamespace,
  placeholderPriorityClass,
  priorityClass,
} from "../../migration/shift/placeholder.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { type Look, waitUntil, withRetry, type Wait } from "../run/wait.ts";
import { loadOf } from "./pods.ts";

/** Nodes whose pods need room elsewhere, and within what bounds. */
export interface Surge {
  readonly title: string;
  /** Names the placeholders' step. */
  readonly id: string;
  readonly nodes: ReadonlySet<string>;
  readonly consents: Consents;
  readonly timeoutMs: number;
  readonly image: string;
}

/**
 * Brings up room on Karpenter's nodes for every pod of the given nodes, by placeholders that Karpenter sees as pending
 * pods.
 *
 * Nothing of the users' is touched: a wave that Karpenter cannot serve stops here. The Fault is the wait's own, with what Karpenter
 * says of it.
 */
export async function surge(world: World, wanted: Surge): Promise<void> {
  await ensurePriorityClass(world);
  const pods = await podsToHoldFor(world, wanted);
  const zones = await volumeZones(world);
  const nodes = await world.cluster.list("nodes");
  const nodeZones = new Map(nodes.map((node) => [node.metadata.name, zoneOf(node)]));
  const isSpread = await spreadOf(world, nodes);
  const there = new Set((await placeholders(world, wanted.id)).map((pod) => pod.metadata.name));
  for (const pod of pods) {
    if (there.has(placeholderName(pod))) continue;
    const zone = nodeZones.get(pod.spec.nodeName ?? "");
    const about = { pod, zones: zones(pod), zone, isSpread: isSpread(pod) };
    const input = { ...about, step: labelValue(wanted.id), image: wanted.image };
    await createOnce(world, input);
  }
  const wait: Wait = {
    title: wanted.title,
    timeoutMs: wanted.timeoutMs,
    code: "migrate.no-room",
    why: "Karpenter did not bring up replacement capacity; no pod was evicted for this wave",
    hint: "see `kubectl describe pods -n kube-system -l dovetail/placeholder`, then `dovetail resume` or `dovetail rollback`",
  };
  try {
    await waitUntil(world, wait, () => roomFor(world, wanted));
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== wait.code) throw error;
    throw new Fault(wait.code, error.message, { why: `${wait.why}; ${await refusal(world, wanted)}`, hint: wait.hint });
  }
}

/** What Karpenter, or kube-scheduler, last said of a placeholder that found no room. */
async function refusal(world: Reading, wanted: Surge): Promise<string> {
  const waiting = (await placeholders(world, wanted.id)).filter((pod) => !isBound(pod));
  const [first] = waiting;
  if (first === undefined) return "its placeholders lie on nodes that are not ready";
  const events = await withRetry(world, () => world.cluster.list("events", { namespace: placeholderNamespace }));
  const said = events.map(asEvent).filter((event) => event.of === first.metadata.name && event.type === "Warning");
  const last = said.findLast((event) => event.by === "karpenter") ?? said.at(-1);
  const pod = first.metadata.annotations?.[holdsForAnnotation] ?? first.metadata.name;
  if (last === undefined) return `nobody said why ${pod} finds no node`;
  return `for ${pod} ${last.by} said: ${last.message}`;
}

function asEvent(event: object): {
  readonly of: string;
  readonly by: string;
  readonly type: string;
  readonly message: string;
} {
  const fields = plainOf(event);
  return {
    of: textAt(fields, "involvedObject", "name") ?? "",
    by: textAt(fields, "source", "component") ?? textAt(fields, "reportingComponent") ?? "somebody",
    type: textAt(fields, "type") ?? "",
    message: textAt(fields, "message") ?? "",
  };
}

/** Whether every pod that will be moved has its room, or is gone already. */
export async function roomFor(
  world: Reading,
  wanted: Pick<Surge, "id" | "nodes" | "consents">,
): Promise<Look<undefined>> {
  const pods = await podsToHoldFor(world, wanted);
  const held = new Map((await placeholders(world, wanted.id)).map((pod) => [pod.metadata.name, pod]));
  const nodes = await world.cluster.list("nodes");
  const ready = new Set(
    nodes.filter((node) => isKarpenterNode(node) && isNodeReady(node)).map((node) => node.metadata.name),
  );
  const missing = pods.filter((pod) => {
    const holder = held.get(placeholderName(pod));
    return holder === undefined || !isBound(holder) || !ready.has(holder.spec.nodeName ?? "");
  });
  if (missing.length === 0) return { isDone: true, value: undefined };
  const waiting = missing[0] === undefined ? "" : podName(missing[0]);
  return { isDone: false, detail: `room for ${pods.length - missing.length} of ${pods.length} pods; next ${waiting}` };
}

/** Removes what placeholders a step has left. They are ours: nobody's budget covers them. */
export async function removePlaceholders(world: World, id: string): Promise<void> {
  for (const pod of await placeholders(world, id)) {
    await withRetry(world, () =>
      world.cluster.delete({ resource: "pods", namespace: placeholderNamespace, name: pod.metadata.name }),
    );
  }
}

/** Removes the placeholders' class, once the last of them is gone. */
export async function removePriorityClass(world: World): Promise<void> {
  await world.cluster.delete({ resource: "priorityclasses", name: placeholderPriorityClass });
}

/** Whether the placeholders' class is there. */
export async function hasPriorityClass(world: Reading): Promise<boolean> {
  const found = await withRetry(world, () =>
    world.cluster.get({ resource: "priorityclasses", name: placeholderPriorityClass }),
  );
  return found !== undefined;
}

async function ensurePriorityClass(world: World): Promise<void> {
  if (await hasPriorityClass(world)) return;
  await ignoringConflict(() => world.cluster.create("priorityclasses", priorityClass));
}

async function createOnce(world: World, input: Parameters<typeof placeholderFor>[0]): Promise<void> {
  // It is there already when an answer was lost on its way to us.
  await ignoringConflict(() => withRetry(world, () => world.cluster.create("pods", placeholderFor(input))));
}

async function ignoringConflict(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "kube.Conflict") throw error;
  }
}

/** Pods that need room on Karpenter's nodes; those that ask for other nodes need none there. */
async function podsToHoldFor(world: Reading, wanted: Pick<Surge, "nodes" | "consents">): Promise<readonly Pod[]> {
  const load = loadOf(await world.cluster.list("pods"), wanted.nodes, wanted.consents);
  return load.moving.filter(({ pod, isUnmanaged }) => !isUnmanaged && !isTerminating(pod)).map(({ pod }) => pod);
}

async function placeholders(world: Reading, id: string): Promise<readonly Pod[]> {
  const labelSelector = `${placeholderLabel}=${labelValue(id)}`;
  const found = await withRetry(world, () =>
    world.cluster.list("pods", { namespace: placeholderNamespace, labelSelector }),
  );
  return found.filter((pod) => isPlaceholder(pod) && !isTerminating(pod));
}

/** Whether the pod's workload lies in several zones now. */
async function spreadOf(world: Reading, nodes: readonly Node[]): Promise<(pod: Pod) => boolean> {
  const [pods, replicasets] = await Promise.all([
    withRetry(world, () => world.cluster.list("pods")),
    withRetry(world, () => world.cluster.list("replicasets")),
  ]);
  const spread = inSeveralZones(zonesByWorkload({ pods, nodes, replicasets }));
  const nameOf = workloadNames(replicasets);
  return (pod) => spread[nameOf(pod) ?? ""] !== undefined;
}

/** Zones that a pod's bound volumes allow; empty when they do not say. */
async function volumeZones(world: Reading): Promise<(pod: Pod) => readonly string[]> {
  const [claims, volumes, classes] = await Promise.all([
    world.cluster.list("persistentvolumeclaims"),
    world.cluster.list("persistentvolumes"),
    world.cluster.list("storageclasses"),
  ]);
  const index = indexVolumes({
    persistentvolumeclaims: claims,
    persistentvolumes: volumes,
    storageclasses: classes,
  });
  return (pod) => index.zonesOf(pod) ?? [];
}
