import { indexVolumes } from "../../../kube/volumes.ts";
import { isUnschedulable } from "../../../kube/pod.ts";
import { instanceIdOf, isNodeReady } from "../../../kube/node.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import { type GroupTemplate, planScaleUp } from "../../../simulation/scale-up.ts";
import { str } from "../../store/objects.ts";
import { objects, tagOf } from "../../account/account.ts";
import { memberIds } from "../../account/instances.ts";
import type { Row } from "../../account/state.ts";
import { type Core, recordEvent } from "../../world/core.ts";
import { scaleDown } from "./down.ts";
import { type Installation, runningAutoscaler } from "./installation.ts";
import { templateOf } from "./template.ts";
import { writeYaml } from "../../../yaml/write.ts";

/** The name under which Cluster Autoscaler writes. */
export const by = "cluster-autoscaler";
const backoffMs = 300_000;

/** One iteration of Cluster Autoscaler, every ten seconds. Does nothing unless its Deployment runs a ready pod. */
export function autoscalerLoop(core: Core): void {
  const memory = core.state.autoscaler;
  const installation = runningAutoscaler(core);
  if (installation === undefined) {
    if (memory.isRunning) stop(core);
    return;
  }
  if (!memory.isRunning) start(core);
  const groups = managedGroups(core, installation);
  const isScalingUp = scaleUp(core, installation, groups);
  if (!isScalingUp) scaleDown(core, installation, groups);
  writeStatus(core, groups);
}

// A new process remembers no cooldown and no unneeded node.
function start(core: Core): void {
  const memory = core.state.autoscaler;
  Object.assign(memory, {
    isRunning: true,
    lastScaleUpMs: core.nowMs() - 3_600_000,
    lastScaleDownMs: core.nowMs() - 3_600_000,
    unneededSinceMs: {},
    drainingSinceMs: {},
    backoffUntilMs: {},
  });
}

function stop(core: Core): void {
  core.state.autoscaler.isRunning = false;
  core.api.delete(by, { resource: "configmaps", name: "cluster-autoscaler-status", namespace: "kube-system" });
}

/** The Auto Scaling groups that have all discovery tags. */
function managedGroups(core: Core, installation: Installation): readonly Row[] {
  return core.aws.rows("autoscaling.groups").filter((group) =>
    installation.discoveryTags.every((tag) => {
      const [key = "", value] = tag.split("=");
      const found = tagOf(group, key);
      return found !== undefined && (value === undefined || found === value);
    }),
  );
}

/** The nodes of a group, joined ones only. */
export function nodesOf(core: Core, group: Row): readonly Node[] {
  const ids = new Set(memberIds(group));
  return core.api.peek("nodes").filter((node) => ids.has(instanceIdOf(node) ?? ""));
}

function scaleUp(core: Core, installation: Installation, groups: readonly Row[]): boolean {
  const pods = core.api.peek("pods");
  const pending = pods.filter(
    (pod) =>
      isUnschedulable(pod) &&
      pod.metadata.deletionTimestamp === undefined &&
      (pod.spec.priority ?? 0) >= -10 &&
      ageMs(core, pod) > 2000,
  );
  if (pending.length === 0) return false;
  const templates = groups.flatMap((group) => optionOf(core, group));
  const upcoming = groups.flatMap((group) => {
    const [template] = optionOf(core, group, true);
    const missing = Number(group["DesiredCapacity"]) - nodesOf(core, group).filter(isNodeReady).length;
    return template === undefined ? [] : Array.from({ length: Math.max(0, missing) }, () => template);
  });
  const option = planScaleUp({
    pending,
    nodes: core.api.peek("nodes").filter((node) => isNodeReady(node)),
    upcoming,
    bound: boundPods(core),
    volumes: volumesOf(core),
    groups: templates,
    expanders: installation.expanders,
    chance: core.random.fraction(),
  });
  if (option === undefined) return false;
  const group = groups.find((one) => one["AutoScalingGroupName"] === option.group);
  if (group === undefined) return false;
  const before = Number(group["DesiredCapacity"]);
  const after = Math.min(Number(group["MaxSize"]), before + option.nodes);
  core.aws.call(by, "autoscaling:SetDesiredCapacity", {
    AutoScalingGroupName: option.group,
    DesiredCapacity: after,
    HonorCooldown: false,
  });
  core.state.autoscaler.lastScaleUpMs = core.nowMs();
  for (const pod of option.pods) {
    recordEvent(core, pod, {
      reason: "TriggeredScaleUp",
      message: `pod triggered scale-up: [{${option.group} ${before}->${after} (max: ${Number(group["MaxSize"])})}]`,
      from: by,
    });
  }
  return true;
}

function optionOf(core: Core, group: Row, isFull = false): readonly GroupTemplate[] {
  const name = str(group["AutoScalingGroupName"]);
  const room = Number(group["MaxSize"]) - Number(group["DesiredCapacity"]);
  if (!isFull && (room <= 0 || isBackedOff(core, group, name))) return [];
  const template = templateOf(core, group, nodesOf(core, group));
  return template === undefined ? [] : [{ name, room, ...template }];
}

// The last launch of the group failed: it is left alone for a while.
function isBackedOff(core: Core, group: Row, name: string): boolean {
  const memory = core.state.autoscaler.backoffUntilMs;
  const last = core.aws
    .rows("autoscaling.activities")
    .filter((one) => one["AutoScalingGroupName"] === name)
    .at(-1);
  const isFailing = last?.["StatusCode"] === "Failed" && memberIds(group).length < Number(group["DesiredCapacity"]);
  if (isFailing && (memory[name] ?? 0) < core.nowMs()) {
    memory[name] = core.nowMs() + backoffMs;
    // As CA removes placeholders that cannot be fulfilled.
    core.aws.call(by, "autoscaling:SetDesiredCapacity", {
      AutoScalingGroupName: name,
      DesiredCapacity: Math.max(memberIds(group).length, Number(group["MinSize"])),
    });
  }
  return (memory[name] ?? 0) > core.nowMs();
}

/** Pods on nodes that have not ended. */
export function boundPods(core: Core): readonly Pod[] {
  return core.api
    .peek("pods")
    .filter(
      (pod) => pod.spec.nodeName !== undefined && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed",
    );
}

/** The cluster's volumes, indexed for placement. */
export function volumesOf(core: Core): ReturnType<typeof indexVolumes> {
  return indexVolumes({
    persistentvolumeclaims: core.api.peek("persistentvolumeclaims"),
    persistentvolumes: core.api.peek("persistentvolumes"),
    storageclasses: core.api.peek("storageclasses"),
  });
}

function ageMs(core: Core, pod: Pod): number {
  return core.nowMs() - Date.parse(pod.metadata.creationTimestamp ?? "");
}

// Written once per minute, so that the world's history is not made of it.
function writeStatus(core: Core, groups: readonly Row[]): void {
  const now = core.nowMs();
  if (now % 60_000 >= 10_000) return;
  const time = new Date(now).toISOString();
  const counts = (nodes: readonly Node[]): object => ({
    registered: { total: nodes.length, ready: nodes.filter(isNodeReady).length, notStarted: 0 },
    longUnregistered: 0,
    unregistered: 0,
  });
  const managed = groups.map((group) => ({
    name: str(group["AutoScalingGroupName"]),
    health: {
      status: "Healthy",
      nodeCounts: counts(nodesOf(core, group)),
      cloudProviderTarget: Number(group["DesiredCapacity"]),
      minSize: Number(group["MinSize"]),
      maxSize: Number(group["MaxSize"]),
      lastProbeTime: time,
    },
    scaleUp: {
      status: objects(group["Instances"]).length < Number(group["DesiredCapacity"]) ? "InProgress" : "NoActivity",
      lastProbeTime: time,
    },
    scaleDown: {
      status: Object.keys(core.state.autoscaler.unneededSinceMs).length > 0 ? "CandidatesPresent" : "NoCandidates",
      lastProbeTime: time,
    },
  }));
  const status = {
    time,
    autoscalerStatus: "Running",
    clusterWide: { health: { status: "Healthy", nodeCounts: counts(core.api.peek("nodes")), lastProbeTime: time } },
    nodeGroups: managed,
  };
  core.api.put(by, "configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...core.api.find("configmaps", "cluster-autoscaler-status", "kube-system")?.metadata,
      name: "cluster-autoscaler-status",
      namespace: "kube-system",
      annotations: {
        "cluster-autoscaler.kubernetes.io/last-updated": `${time.replace("T", " ").replace("Z", "")} +0000 UTC`,
      },
    },
    data: { status: writeYaml(status) },
  });
}
