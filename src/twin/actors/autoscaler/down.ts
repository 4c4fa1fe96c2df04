import { instanceIdOf } from "../../../kube/node.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import { isDaemonPod, isMirrorPod } from "../../../kube/pod.ts";
import { unneededNodes } from "../../../simulation/scale-down.ts";
import type { Row } from "../../account/state.ts";
import { evictPod } from "../budgets.ts";
import { type Core, recordEvent } from "../../world/core.ts";
import type { Installation } from "./installation.ts";
import { boundPods, by, nodesOf, volumesOf } from "./loop.ts";

const taintKey = "ToBeDeletedByClusterAutoscaler";
const maxEmptyAtOnce = 10;
const drainLimitMs = 600_000;

/** Scale-down of one loop: goes on with the drain that is under way, then looks for nodes it could do without. */
export function scaleDown(core: Core, installation: Installation, groups: readonly Row[]): void {
  const memory = core.state.autoscaler;
  for (const [name, sinceMs] of Object.entries(memory.drainingSinceMs)) drain(core, name, sinceMs);
  const unneeded = unneededNodes({
    nodes: core.api.peek("nodes").filter((node) => memory.drainingSinceMs[node.metadata.name] === undefined),
    bound: boundPods(core),
    budgets: core.api.peek("poddisruptionbudgets"),
    volumes: volumesOf(core),
    candidates: groups
      .filter((group) => Number(group["DesiredCapacity"]) > Number(group["MinSize"]))
      .flatMap((group) => nodesOf(core, group).map((node) => node.metadata.name)),
    nowMs: core.nowMs(),
    utilizationThreshold: installation.utilizationThreshold,
    skipsLocalStorage: installation.skipsLocalStorage,
    skipsSystemPods: installation.skipsSystemPods,
  });
  const names = new Set(unneeded.map((one) => one.name));
  for (const name of Object.keys(memory.unneededSinceMs)) if (!names.has(name)) delete memory.unneededSinceMs[name];
  for (const name of names) memory.unneededSinceMs[name] ??= core.nowMs();
  if (core.nowMs() < memory.lastScaleUpMs + installation.delayAfterAddMs) return;
  let empties = 0;
  for (const { name, pods } of unneeded) {
    if (core.nowMs() - (memory.unneededSinceMs[name] ?? core.nowMs()) <= installation.unneededMs) continue;
    const group = groups.find((one) => nodesOf(core, one).some((node) => node.metadata.name === name));
    const leaving = Object.keys(memory.drainingSinceMs).filter(
      (one) => group !== undefined && nodesOf(core, group).some((node) => node.metadata.name === one),
    ).length;
    if (group === undefined || Number(group["DesiredCapacity"]) - leaving <= Number(group["MinSize"])) continue;
    const isBusy = pods.length > 0 ? Object.keys(memory.drainingSinceMs).length > 0 : empties >= maxEmptyAtOnce;
    if (isBusy) continue;
    if (pods.length === 0) empties += 1;
    begin(core, name);
  }
}

function begin(core: Core, name: string): void {
  const node = core.api.find("nodes", name);
  if (node === undefined) return;
  const taint = { key: taintKey, value: `${Math.floor(core.nowMs() / 1000)}`, effect: "NoSchedule" };
  core.api.put(by, "nodes", { ...node, spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), taint] } });
  core.state.autoscaler.drainingSinceMs[name] = core.nowMs();
  delete core.state.autoscaler.unneededSinceMs[name];
}

function drain(core: Core, name: string, sinceMs: number): void {
  const memory = core.state.autoscaler;
  const node = core.api.find("nodes", name);
  if (node === undefined) {
    delete memory.drainingSinceMs[name];
    return;
  }
  const pods = boundPods(core).filter((pod) => pod.spec.nodeName === name && !isDaemonPod(pod) && !isMirrorPod(pod));
  if (pods.length === 0) return terminate(core, node);
  if (core.nowMs() - sinceMs > drainLimitMs) return giveUp(core, node);
  for (const pod of pods) if (pod.metadata.deletionTimestamp === undefined) evict(core, pod);
}

function evict(core: Core, pod: Pod): void {
  evictPod(core, by, { namespace: pod.metadata.namespace ?? "default", name: pod.metadata.name });
}

function terminate(core: Core, node: Node): void {
  core.aws.call(by, "autoscaling:TerminateInstanceInAutoScalingGroup", {
    InstanceId: instanceIdOf(node) ?? "",
    ShouldDecrementDesiredCapacity: true,
  });
  core.state.autoscaler.lastScaleDownMs = core.nowMs();
  delete core.state.autoscaler.drainingSinceMs[node.metadata.name];
  recordEvent(core, node, { reason: "ScaleDown", message: "node removed by cluster autoscaler", from: by });
}

function giveUp(core: Core, node: Node): void {
  const taints = (node.spec?.taints ?? []).filter((taint) => taint.key !== taintKey);
  core.api.put(by, "nodes", { ...node, spec: { ...node.spec, taints } });
  delete core.state.autoscaler.drainingSinceMs[node.metadata.name];
  recordEvent(core, node, {
    type: "Warning",
    reason: "ScaleDownFailed",
    message: "failed to drain the node, aborting ScaleDown",
    from: by,
  });
}
