import type { Condition, JsonObject, KubeObject, Pod } from "../../kube/objects.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { runSteps } from "../run/run-steps.ts";
import { undoSteps } from "../run/undo-steps.ts";
import { interrupted, isInterruption, type Look, waitUntil, type Wait } from "../run/wait.ts";
import { JournalWriter } from "../run/writer.ts";
import { objectAt, objectsAt, textAt } from "../../kube/json.ts";
import { pastPlans } from "../../migration/history.ts";
import { readProfile } from "../read/aws-objects.ts";
import { canaryName, isCanaryPlan, planCanary } from "../../migration/install/canary-plan.ts";
import { readInstall } from "./facts.ts";
import { installHandlers } from "./handlers/all.ts";
import { conditionsOf } from "./inspect.ts";
import type { InstallOptions } from "../../migration/install/options.ts";
import { listIfServed } from "../read/served.ts";
import type { InstallFacts } from "../../migration/install/facts.ts";
import { rolesOfProfile } from "../../aws/iam.ts";

/** What one node proved, in the order in which it happened. */
export interface CanaryReport {
  readonly nodeClass: string;
  readonly nodeName: string;
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  /** Seconds since the pod was made, in the cluster's time. */
  readonly timings: readonly { readonly what: string; readonly atSeconds: number }[];
  readonly checks: readonly { readonly what: string; readonly isOk: boolean; readonly detail: string }[];
  readonly hasPassed: boolean;
}

const namespace = "default";
const defaultTimeoutMs = 600_000;
const pollMs = 1_000;

/**
 * Lets Karpenter launch one node, looks at it, and has it removed again. Leaves nothing behind, also when it fails;
 * a canary that was killed is cleaned up by the next one or by uninstall.
 *
 * Throws `canary.failed` with what Karpenter says when no node comes or goes within the time.
 */
export async function canary(world: World, options: InstallOptions): Promise<CanaryReport> {
  const facts = await readInstall(world, options);
  if (facts.release.line !== "v1") {
    throw usage(
      "canary",
      `the canary speaks Karpenter's v1 API; ${facts.release.version} does not`,
      "leave --canary out",
    );
  }
  const release = await world.journal.acquire(options.by);
  try {
    await cleanUp(world, facts, options);
    return await fly(world, facts, options);
  } finally {
    await release();
  }
}

async function fly(world: World, facts: InstallFacts, options: InstallOptions): Promise<CanaryReport> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const nodeClass = classFor(facts);
  const { account, cluster } = facts;
  const where = { name: cluster.name, region: account.region, accountId: account.id, server: cluster.server };
  const plan = planCanary({ cluster: where, nodeClass, namespace, atMs: world.clock.nowMs(), timeoutMs });
  const journal = await JournalWriter.open(world, plan.id, options.by);
  await journal.append({ type: "planned", plan });
  try {
    const steps = plan.stages.flatMap((stage) => stage.steps);
    if ((await runSteps(steps, installHandlers, world, journal)).kind === "interrupted") throw interrupted();
    const seen = await waitForNode(world, timeoutMs);
    const checks = await checkNode(world, seen, roleOfClass(facts, nodeClass));
    await undoSteps(plan, installHandlers, world, journal);
    const goneMs = await waitForGone(world, seen, timeoutMs);
    await journal.append({ type: "finished", outcome: "rolled-back" });
    return report(seen, { nodeClass, checks, goneMs });
  } catch (error) {
    // Interrupted, it stays for the next canary or uninstall to clean up: the user wants to stop now.
    if (!isInterruption(error)) {
      await undoSteps(plan, installHandlers, world, journal);
      await journal.append({ type: "finished", outcome: "rolled-back" });
    }
    throw error;
  }
}

/** Takes away what an earlier canary left because it was killed. */
async function cleanUp(world: World, facts: InstallFacts, options: InstallOptions): Promise<void> {
  const { entries } = await world.journal.read();
  for (const past of pastPlans(entries, "install", facts.cluster.name)) {
    if (!isCanaryPlan(past.plan) || past.end !== undefined) continue;
    const journal = await JournalWriter.open(world, past.plan.id, options.by);
    await undoSteps(past.plan, installHandlers, world, journal);
    await journal.append({ type: "finished", outcome: "rolled-back" });
  }
}

function classFor(facts: InstallFacts): string {
  const names = [...facts.existing.keys()].filter((key) => key.startsWith("EC2NodeClass/"));
  const name = names.toSorted()[0]?.slice("EC2NodeClass/".length);
  if (name !== undefined) return name;
  throw new Fault("canary.no-node-class", "there is no EC2NodeClass to launch the canary with", {
    hint: "run `dovetail install` with node classes first",
  });
}

/** The role a node class names; empty when it names an instance profile instead. */
function roleOfClass(facts: InstallFacts, nodeClass: string): string {
  const found = facts.existing.get(`EC2NodeClass/${nodeClass}`);
  const spec = found === undefined ? {} : objectAt((found as KubeObject & JsonObject)["spec"]);
  return (textAt(spec["role"]) ?? "").split("/").at(-1) ?? "";
}

interface Seen {
  readonly pod: Pod;
  readonly claim: KubeObject;
  readonly node: KubeObject;
}

async function waitForNode(world: Reading, timeoutMs: number): Promise<Seen> {
  const wait: Wait = {
    title: "wait for the canary's node",
    timeoutMs,
    everyMs: pollMs,
    code: "canary.failed",
    why: "Karpenter could not launch a node, or the node could not join or network",
    hint: "see `kubectl describe nodeclaims` and the controller's log; Cluster Autoscaler is still in charge",
  };
  return waitUntil(world, wait, async (): Promise<Look<Seen>> => {
    const [claim] = await claimsOfCanary(world);
    if (claim === undefined) return { isDone: false, detail: `no NodeClaim yet${await reasonOfPod(world)}` };
    const conditions = conditionsOf(claim);
    const open = ["Launched", "Registered", "Initialized"].find((type) => !isTrue(conditions, type));
    if (open !== undefined)
      return { isDone: false, detail: `${claim.metadata.name} is not ${open}${messageOf(conditions, open)}` };
    const pod = await world.cluster.get({ resource: "pods", namespace, name: canaryName });
    if (pod?.status?.phase !== "Running")
      return { isDone: false, detail: `the pod is ${pod?.status?.phase ?? "gone"}` };
    const nodeName = textAt(statusOf(claim)["nodeName"]) ?? "";
    const node = await world.cluster.get({ resource: "nodes", name: nodeName });
    if (node === undefined) return { isDone: false, detail: `node ${nodeName} is not there` };
    return { isDone: true, value: { pod, claim, node } };
  });
}

async function checkNode(world: Reading, seen: Seen, wanted: string): Promise<CanaryReport["checks"]> {
  const conditions = conditionsOf(seen.node);
  const podIp = seen.pod.status?.podIP;
  const cni = await world.cluster.list("pods", {
    namespace: "kube-system",
    fieldSelector: `spec.nodeName=${seen.node.metadata.name}`,
  });
  const awsNode = cni.find((one) => one.metadata.ownerReferences?.some((owner) => owner.name === "aws-node"));
  const hasNetwork = isTrue(conditions, "Ready") && !isTrue(conditions, "NetworkUnavailable");
  const cniText = awsNode === undefined ? "no aws-node pod on it" : `aws-node is ${awsNode.status?.phase ?? "unknown"}`;
  const role = await roleOfInstance(world, instanceIdOf(seen.claim));
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

async function waitForGone(world: Reading, seen: Seen, timeoutMs: number): Promise<number> {
  const instanceId = instanceIdOf(seen.claim);
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
  const events = (await world.cluster.list("events", { namespace }))
    .map((event) => event as KubeObject & JsonObject)
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

function report(
  seen: Seen,
  of: { readonly nodeClass: string; readonly checks: CanaryReport["checks"]; readonly goneMs: number },
): CanaryReport {
  const startMs = Date.parse(seen.pod.metadata.creationTimestamp ?? "");
  const at = (text: string | undefined): number => (Date.parse(text ?? "") - startMs) / 1000;
  const conditions = conditionsOf(seen.claim);
  const when = (type: string): string | undefined => conditions.find((one) => one.type === type)?.lastTransitionTime;
  const running = seen.pod.status?.conditions?.find((one) => one.type === "Ready")?.lastTransitionTime;
  const labels = seen.node.metadata.labels ?? {};
  return {
    nodeClass: of.nodeClass,
    nodeName: seen.node.metadata.name,
    instanceId: instanceIdOf(seen.claim),
    instanceType: labels["node.kubernetes.io/instance-type"] ?? "unknown",
    zone: labels["topology.kubernetes.io/zone"] ?? "unknown",
    timings: [
      { what: "NodeClaim made", atSeconds: at(seen.claim.metadata.creationTimestamp) },
      { what: "instance launched", atSeconds: at(when("Launched")) },
      { what: "node joined", atSeconds: at(when("Registered")) },
      { what: "node initialized", atSeconds: at(when("Initialized")) },
      { what: "pod running", atSeconds: at(running) },
      { what: "node and instance gone", atSeconds: (of.goneMs - startMs) / 1000 },
    ].filter((one) => Number.isFinite(one.atSeconds)),
    checks: of.checks,
    hasPassed: of.checks.every((check) => check.isOk),
  };
}

function instanceIdOf(claim: KubeObject): string {
  return (textAt(statusOf(claim)["providerID"]) ?? "").split("/").at(-1) ?? "";
}

function statusOf(object: KubeObject): JsonObject {
  return objectAt((object as KubeObject & JsonObject)["status"]);
}

function isTrue(conditions: readonly Condition[], type: string): boolean {
  return conditions.some((one) => one.type === type && one.status === "True");
}

function messageOf(conditions: readonly Condition[], type: string): string {
  const message = conditions.find((one) => one.type === type)?.message;
  return message === undefined || message === "" ? "" : ` (${message})`;
}
