import type { JsonObject, Node } from "../../../kube/objects.ts";
import { isDaemonPod, isMirrorPod } from "../../../kube/pod.ts";
import { objects } from "../../account/account.ts";
import { releaseMember } from "../../account/groups.ts";
import type { Row } from "../../account/state.ts";
import { indexes } from "../../store/indexes.ts";
import { str } from "../../store/objects.ts";
import type { Here } from "../../world/here.ts";

/**
 * How long EKS tries to move the pods of a node that Auto Scaling takes out of a managed node group; then it goes with its pods (AWS,
 * "Managed node groups": "if it takes more than 15 minutes, the node is terminated regardless").
 */
const drainLimitMs = 15 * 60_000;
const askAgainMs = 5_000;

/** When the drain of each instance began. */
export interface DrainMemory {
  readonly drainingSinceMs: Record<string, number>;
}

/**
 * Drains the members of a managed group that wait for their end, and lets them go. Answers after how long to look again; undefined: there
 * are none.
 */
export function drainMembers(here: Here<DrainMemory, never>, group: Row): number | undefined {
  const waiting = objects(group["Instances"]).filter((member) => member["LifecycleState"] === "Terminating:Wait");
  for (const member of waiting) drainMember(here, group, member);
  return waiting.length === 0 ? undefined : askAgainMs;
}

function drainMember(here: Here<DrainMemory, never>, group: Row, member: JsonObject): void {
  const id = str(member["InstanceId"]);
  const { drainingSinceMs } = here.memory;
  drainingSinceMs[id] ??= here.nowMs;
  const name = str(here.account.table("ec2.instances")[id]?.["PrivateDnsName"]);
  const node = here.store.find("nodes", name);
  const isLate = here.nowMs - drainingSinceMs[id] >= drainLimitMs;
  if (node !== undefined && !isLate && !isDrained(here, node)) return;
  delete drainingSinceMs[id];
  releaseMember(here.account, group, id);
}

function isDrained(here: Here<DrainMemory, never>, node: Node): boolean {
  if (node.spec?.unschedulable !== true) here.put("nodes", { ...node, spec: { ...node.spec, unschedulable: true } });
  const pods = here.store
    .by(indexes.pods.byNode, node.metadata.name)
    .filter((pod) => !isDaemonPod(pod) && !isMirrorPod(pod));
  for (const pod of pods) if (pod.metadata.deletionTimestamp === undefined) here.evict(pod);
  return pods.length === 0;
}
