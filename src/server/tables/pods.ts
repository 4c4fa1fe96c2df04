import { numberAt, objectAt, objectsAt, textAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { since } from "./age.ts";
import { conditionIn, none } from "./cells.ts";
import { ageColumn, nameColumn, type TableColumn } from "./column.ts";

/** Columns of pods. */
export const podColumns: readonly TableColumn[] = [
  nameColumn,
  { name: "Ready", cell: readyOf },
  { name: "Status", cell: statusOf },
  { name: "Restarts", cell: restartsOf },
  ageColumn,
  { name: "IP", isWide: true, cell: (pod) => textAt(pod, "status", "podIP") ?? none },
  { name: "Node", isWide: true, cell: (pod) => textAt(pod, "spec", "nodeName") ?? none },
  { name: "Nominated Node", isWide: true, cell: (pod) => textAt(pod, "status", "nominatedNodeName") ?? none },
  {
    name: "Readiness Gates",
    isWide: true,
    cell: (pod) => {
      const gates = objectsAt(pod, "spec", "readinessGates").map((one) => textAt(one, "conditionType"));
      if (gates.length === 0) return none;
      const met = objectsAt(pod, "status", "conditions").filter(
        (one) => one["status"] === "True" && gates.includes(textAt(one, "type")),
      );
      return `${met.length}/${gates.length}`;
    },
  },
];

/** Columns of nodes. */
export const nodeColumns: readonly TableColumn[] = [
  nameColumn,
  {
    name: "Status",
    cell: (node) => {
      const ready = conditionIn(node, "Ready");
      const word = ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady";
      return objectAt(node, "spec")["unschedulable"] === true ? `${word},SchedulingDisabled` : word;
    },
  },
  {
    name: "Roles",
    cell: ({ metadata }) => {
      const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
        if (key.startsWith("node-role.kubernetes.io/")) return [key.slice("node-role.kubernetes.io/".length)];
        return key === "kubernetes.io/role" && value !== "" ? [value] : [];
      });
      return roles.length === 0 ? none : roles.toSorted().join(",");
    },
  },
  ageColumn,
  { name: "Version", cell: (node) => textAt(node, "status", "nodeInfo", "kubeletVersion") ?? "" },
  { name: "Internal-IP", isWide: true, cell: (node) => addressOf(node, "InternalIP") },
  { name: "External-IP", isWide: true, cell: (node) => addressOf(node, "ExternalIP") },
  { name: "OS-Image", isWide: true, cell: (node) => textAt(node, "status", "nodeInfo", "osImage") ?? unknown },
  {
    name: "Kernel-Version",
    isWide: true,
    cell: (node) => textAt(node, "status", "nodeInfo", "kernelVersion") ?? unknown,
  },
  {
    name: "Container-Runtime",
    isWide: true,
    cell: (node) => textAt(node, "status", "nodeInfo", "containerRuntimeVersion") ?? unknown,
  },
];

const unknown = "<unknown>";

function addressOf(node: Stored, type: string): string {
  const found = objectsAt(node, "status", "addresses").find((one) => one["type"] === type);
  return textAt(found, "address") ?? none;
}

function statusesOf(pod: Stored, field: string): readonly JsonObject[] {
  return objectsAt(pod, "status", field);
}

function readyOf(pod: Stored): string {
  const ready = statusesOf(pod, "containerStatuses").filter((one) => one["ready"] === true).length;
  return `${ready}/${objectsAt(pod, "spec", "containers").length}`;
}

function restartsOf(pod: Stored, nowMs: number): string {
  const all = statusesOf(pod, "containerStatuses");
  const count = all.reduce((sum, one) => sum + (numberAt(one, "restartCount") ?? 0), 0);
  const ends = all.flatMap((one) => textAt(one, "lastState", "terminated", "finishedAt") ?? []).toSorted();
  const last = ends.at(-1);
  return count === 0 || last === undefined ? `${count}` : `${count} (${since(last, nowMs)} ago)`;
}

/** What kubectl says of a pod in one word (printers.go, `printPod`). */
function statusOf(pod: Stored): string {
  const phase = textAt(pod, "status", "phase") ?? unknown;
  const reason = textAt(pod, "status", "reason") ?? gatedOf(pod) ?? phase;
  const isGoing = pod.metadata.deletionTimestamp !== undefined;
  if (isGoing) return reason === "NodeLost" ? "Unknown" : "Terminating";
  const begun = initOf(pod);
  return begun ?? containersWord(pod, reason);
}

function gatedOf(pod: Stored): string | undefined {
  return conditionIn(pod, "PodScheduled")?.["reason"] === "SchedulingGated" ? "SchedulingGated" : undefined;
}

// The first init container that has not ended well.
function initOf(pod: Stored): string | undefined {
  const all = objectsAt(pod, "spec", "initContainers");
  const states = statusesOf(pod, "initContainerStatuses");
  for (const [at, status] of states.entries()) {
    const ended = objectAt(status, "state")["terminated"];
    if (numberAt(ended, "exitCode") === 0 && ended !== undefined) continue;
    const isSidecar = all[at]?.["restartPolicy"] === "Always" && status["started"] === true;
    if (isSidecar) continue;
    if (ended !== undefined) return `Init:${textAt(ended, "reason") ?? `ExitCode:${numberAt(ended, "exitCode") ?? 0}`}`;
    const waiting = textAt(status, "state", "waiting", "reason");
    return waiting !== undefined && waiting !== "PodInitializing" ? `Init:${waiting}` : `Init:${at}/${all.length}`;
  }
  return undefined;
}

function containersWord(pod: Stored, begin: string): string {
  const all = statusesOf(pod, "containerStatuses");
  let reason = begin;
  let runs = false;
  for (const status of all.toReversed()) {
    const waiting = textAt(status, "state", "waiting", "reason");
    const ended: Json | undefined = objectAt(status, "state")["terminated"];
    if (waiting !== undefined) reason = waiting;
    else if (ended !== undefined) reason = textAt(ended, "reason") ?? `ExitCode:${numberAt(ended, "exitCode") ?? 0}`;
    else if (status["ready"] === true) runs = true;
  }
  if (reason !== "Completed" || !runs) return reason;
  return conditionIn(pod, "Ready")?.["status"] === "True" ? "Running" : "NotReady";
}
