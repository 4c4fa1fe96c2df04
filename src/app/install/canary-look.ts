import type { Condition, JsonObject, KubeObject, Pod } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import { type Look, type Wait, waitUntil } from "../run/wait.ts";
import { objectAt, objectsAt, textAt, plainOf, alsoPlain } from "../../kube/json.ts";
import { canaryName } from "../../migration/install/canary-name.ts";
import { inspectedConditions } from "./inspect.ts";
import { listIfServed } from "../read/served.ts";
import { readProfile } from "../read/aws-objects.ts";
import { rolesOfProfile } from "../../aws/iam.ts";

/** One thing that an operator would look at, and what was seen. */
export interface CanaryCheck {
  readonly what: string;
  readonly isOk: boolean;
  readonly detail: string;
}

/** Where the canary's pod lives. */
export const canaryNamespace = "default";
const pollMs = 1_000;

/** What a canary brought about. */
export interface CanarySeen {
  readonly pod: Pod;
  readonly claim: KubeObject;
  readonly node: KubeObject;
}

/** Waits until the canary runs on a node that Karpenter launched for it. Throws `canary.failed` with what Karpenter says. */
export async function waitForNode(world: Reading, timeoutMs: number): Promise<CanarySeen> {
  const wait: Wait = {
    title: "wait for the canary's node",
    timeoutMs,
    everyMs: pollMs,
    code: "canary.failed",
    why: "Karpenter could not launch a node, or the node could not join or network",
    hint: "see `kubectl describe nodeclaims` and the controller's log; Cluster Autoscaler is still in charge",
  };
  return waitUntil(world, wait, async (): Promise<Look<CanarySeen>> => {
    const [claim] = await claimsOfCanary(world);
    if (claim === undefined) return { isDone: false, detail: `no NodeClaim yet${await reasonOfPod(world)}` };
    const conditions = inspectedConditions(claim);
    const open = ["Launched", "Registered", "Initialized"].find((type) => !isTrue(conditions, type));
    if (open !== undefined)
      return { isDone: false, detail: `${claim.metadata.name} is not ${open}${messageOf(conditions, open)}` };
    const pod = await world.cluster.get({ resource: "pods", namespace: canaryNamespace, name: canaryName });
    if (pod?.status?.phase !== "Running")
      return { isDone: false, detail: `the pod is ${pod?.status?.phase ?? "gone"}` };
    const nodeName = textAt(statusOf(claim)["nodeName"]) ?? "";
    const node = await world.cluster.get({ resource: "nodes", name: nodeName });
    if (node === undefined) return { isDone: false, detail: `node ${nodeName} is not there` };
    return { isDone: true, value: { pod, claim, node } };
  });
}

/** Looks at the node as an operator would: Ready, in the network, under the right role. */
export async function checkNode(world: Reading, seen: CanarySeen, wanted: string): Promise<readonly CanaryCheck[]> {
  const conditions = inspectedConditions(seen.node);
  const podIp = seen.pod.status?.podIP;
  const cni = await world.cluster.list("pods", {
    namespace: "kube-system",
    fieldSelector: `spec.nodeName=${seen.node.metadata.name}`,
  });
  const awsNode = cni.find((one) => one.metadata.ownerReferences?.some((owner) => owner.name === "aws-node"));
  const hasNetwork = isTrue(conditions, "Ready") && !isTrue(conditions, "NetworkUnavailable");
  const cniText = awsNode === undefined ? "no aws-node pod on it" : `aws-node is ${awsNode.status?.phase ?? "unknown"}`;
  const role = await roleOfInstance(world, instanceOfClaim(seen.claim));
  return [
    { what: "node is Ready", isOk: isTrue(conditions, "Ready"), detail: seen.node.metadata.name },
    {
      what: "network is up",
      isOk: hasNetwork && podIp !== undefined,
      detail: `pod address ${podIp ?? "none"}, ${cniText}`,
    },
    {
      what: "instance runs under the node class's role",
      isOk: wanted === "" || role === wanted,
      detail: role,
    },
  ];
}

/** Waits until node and instance are gone, and answers when. Throws `canary.failed`. */
export async function waitForGone(world: Reading, seen: CanarySeen, timeoutMs: number): Promise<number> {
  const instanceId = instanceOfClaim(seen.claim);
  const wait: Wait = {
    title: "wait until the canary's node is gone",
    timeoutMs,
    everyMs: pollMs,
    code: "canary.failed",
    why: "Karpenter did not remove the node",
    hint: `look at \`kubectl get nodeclaims\` and terminate ${instanceId} by hand if Karpenter cannot`,
  };
  await waitUntil(world, wait, async (): Promise<Look<undefined>> => {
    const claims = await claimsOfCanary(world);
    if (claims.length > 0) return { isDone: false, detail: `${claims.length} NodeClaim left` };
    const state = await instanceState(world, instanceId);
    const isGone = state === "terminated" || state === "shutting-down" || state === "gone";
    return isGone
      ? { isDone: true, value: undefined }
      : { isDone: false, detail: `instance ${instanceId} is ${state}` };
  });
  return world.clock.nowMs();
}

async function claimsOfCanary(world: Reading): Promise<readonly KubeObject[]> {
  return listIfServed(world, "nodeclaims", { labelSelector: `karpenter.sh/nodepool=${canaryName}` });
}

/** What was last said of the pod or of a NodeClaim that came and went; warnings say more than news. */
async function reasonOfPod(world: Reading): Promise<string> {
  const events = (await world.cluster.list("events", { namespace: canaryNamespace }))
    .map((event) => alsoPlain(event))
    .filter((event) => (textAt(objectAt(event["involvedObject"])["name"]) ?? "").startsWith(canaryName))
    .toSorted((a, b) => (eventTime(a) < eventTime(b) ? -1 : 1));
  const last = events.findLast((event) => event["type"] === "Warning") ?? events.at(-1);
  return last === undefined ? "" : `; ${textAt(last["reason"]) ?? ""}: ${textAt(last["message"]) ?? ""}`;
}

function eventTime(event: KubeObject & JsonObject): string {
  return (
    (textAt(event["lastTimestamp"]) ?? "") ||
    (textAt(event["eventTime"]) ?? "") ||
    (event.metadata.creationTimestamp ?? "")
  );
}

async function roleOfInstance(world: Reading, instanceId: string): Promise<string> {
  const found = await world.cloud.all("ec2:DescribeInstances", { InstanceIds: [instanceId] }, "Reservations");
  const instance = found.flatMap((one) => objectsAt(one["Instances"]))[0];
  const arn = textAt(objectAt(instance?.["IamInstanceProfile"])["Arn"]) ?? "";
  const profile = await readProfile(world, arn.split("/").at(-1) ?? "");
  return profile === undefined ? "no instance profile" : (rolesOfProfile(profile)[0] ?? "a profile without a role");
}

async function instanceState(world: Reading, instanceId: string): Promise<string> {
  try {
    const found = await world.cloud.all("ec2:DescribeInstances", { InstanceIds: [instanceId] }, "Reservations");
    const instance = found.flatMap((one) => objectsAt(one["Instances"]))[0];
    return (textAt(objectAt(instance?.["State"])["Name"]) ?? "") || "gone";
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith("aws.InvalidInstanceID")) return "gone";
    throw error;
  }
}

/** The instance behind a NodeClaim; empty before it is launched. */
export function instanceOfClaim(claim: KubeObject): string {
  return (textAt(statusOf(claim)["providerID"]) ?? "").split("/").at(-1) ?? "";
}

function statusOf(object: KubeObject): JsonObject {
  return objectAt(plainOf(object)["status"]);
}

function isTrue(conditions: readonly Condition[], type: string): boolean {
  return conditions.some((one) => one.type === type && one.status === "True");
}

function messageOf(conditions: readonly Condition[], type: string): string {
  const message = conditions.find((one) => one.type === type)?.message;
  return message === undefined || message === "" ? "" : ` (${message})`;
}
