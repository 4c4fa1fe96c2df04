/** What an operator would look at after an installation: release, pods, wiring, events, logs, conditions. */
import type { Condition, KubeObject, Pod, Workload } from "../../kube/objects.ts";
import type { ChartRelease } from "../../kube/helm.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import { objectAt, objectsAt, textAt, plainOf } from "../../kube/json.ts";
import { type ContainerInspection, inspectContainer, type PodPlacing, placingOf } from "./inspect-pod.ts";
import { isHeld } from "../../karpenter/hold.ts";
import { crdReleaseName, releaseName } from "../../migration/install/options.ts";
import { listIfServed } from "../read/served.ts";

/** The running installation, as read. */
export interface Inspection {
  readonly namespace: string;
  readonly releases: readonly ChartRelease[];
  readonly deployment: { readonly name: string; readonly wanted: number; readonly ready: number } | undefined;
  readonly pods: readonly PodInspection[];
  readonly serviceAccount: string;
  /** NodePools, or the Provisioners of v1alpha5. */
  readonly nodePools: readonly ObjectInspection[];
  /** EC2NodeClasses, or the AWSNodeTemplates of v1alpha5. */
  readonly nodeClasses: readonly ObjectInspection[];
  /** Why it does not run, as far as the cluster says; undefined when it runs. */
  readonly problem: string | undefined;
}

/** One pod of the controller. */
export interface PodInspection {
  readonly name: string;
  readonly node: string | undefined;
  readonly phase: string;
  readonly isReady: boolean;
  readonly containers: readonly ContainerInspection[];
  readonly identity: string;
  readonly placing: PodPlacing;
  readonly conditions: readonly Condition[];
  readonly events: readonly string[];
  /** Undefined when this cluster gives no logs. */
  readonly logErrors: readonly string[] | undefined;
}

/** Conditions of a NodePool or EC2NodeClass. */
export interface ObjectInspection {
  readonly kind: string;
  readonly name: string;
  readonly isHeld: boolean;
  readonly conditions: readonly Condition[];
}

const tailLines = 200;
const shownEvents = 5;

/** Reads it all. Nothing is changed; what cannot be read is undefined or empty and said so by the renderer. */
export async function inspectInstall(world: Reading, namespace: string): Promise<Inspection> {
  const releases: ChartRelease[] = [];
  for (const name of [crdReleaseName, releaseName]) {
    const release = await world.charts.release(name, namespace);
    if (release !== undefined) releases.push(release);
  }
  const deployment = await world.cluster.get({ resource: "deployments", namespace, name: releaseName });
  const events = await readEvents(world, namespace);
  const pods: PodInspection[] = [];
  const serviceAccount = deployment?.spec.template.spec.serviceAccountName ?? releaseName;
  const annotation = await roleAnnotation(world, namespace, serviceAccount);
  for (const pod of await controllerPods(world, namespace)) {
    pods.push(await inspectPod(world, pod, { events, annotation }));
  }
  const nodePools = [...(await readObjects(world, "nodepools")), ...(await readObjects(world, "provisioners"))];
  const nodeClasses = [
    ...(await readObjects(world, "ec2nodeclasses")),
    ...(await readObjects(world, "awsnodetemplates")),
  ];
  const summary = deployment === undefined ? undefined : replicasOf(deployment);
  const problem = problemOf({ deployment: summary, pods, events });
  return { namespace, releases, deployment: summary, pods, serviceAccount, nodePools, nodeClasses, problem };
}

/** Pods of the controller's Deployment, by name. */
async function controllerPods(world: Reading, namespace: string): Promise<readonly Pod[]> {
  const labelSelector = `app.kubernetes.io/name=${releaseName},app.kubernetes.io/instance=${releaseName}`;
  const pods = await world.cluster.list("pods", { namespace, labelSelector });
  return pods
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** How many of the Deployment's pods are wanted and ready. */
export function replicasOf(deployment: Workload): { name: string; wanted: number; ready: number } {
  const status = deployment.status ?? {};
  const isCurrent = Number(status["observedGeneration"] ?? 0) >= (deployment.metadata.generation ?? 0);
  return {
    name: deployment.metadata.name,
    wanted: deployment.spec.replicas ?? 1,
    ready: isCurrent ? Math.min(Number(status["readyReplicas"] ?? 0), Number(status["updatedReplicas"] ?? 0)) : 0,
  };
}

async function inspectPod(
  world: Reading,
  pod: Pod,
  of: { readonly events: readonly KubeObject[]; readonly annotation: string | undefined },
): Promise<PodInspection> {
  const { name, namespace = "default" } = pod.metadata;
  const conditions = pod.status?.conditions ?? [];
  const containers = pod.spec.containers.map((container) => inspectContainer(pod, container));
  return {
    name,
    node: pod.spec.nodeName,
    phase: pod.status?.phase ?? "Unknown",
    isReady: conditions.some((one) => one.type === "Ready" && one.status === "True"),
    containers,
    identity: identityOf(containers, of.annotation),
    placing: placingOf(pod.spec),
    conditions,
    events: of.events
      .filter((event) => (textAt(objectAt(plainOf(event)["involvedObject"])["name"]) ?? "") === name)
      .slice(-shownEvents)
      .map(eventText),
    logErrors: await logErrors(world, { namespace, name, container: pod.spec.containers[0]?.name }),
  };
}

// EKS injects the wiring when the pod is made; an annotated account without it means that the pod is older or the webhook was away.
function identityOf(containers: readonly ContainerInspection[], annotation: string | undefined): string {
  const env = new Map(containers.flatMap((one) => one.env.map((entry) => [entry.name, entry.value] as const)));
  const irsa = env.get("AWS_ROLE_ARN");
  if (irsa !== undefined) return `IRSA: ${irsa}, token ${env.get("AWS_WEB_IDENTITY_TOKEN_FILE") ?? "not mounted"}`;
  const uri = env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (uri !== undefined) return `Pod Identity: credentials from ${uri}`;
  if (annotation !== undefined)
    return `IRSA: service account annotated with ${annotation}; the pod carries no AWS_ROLE_ARN`;
  return "no wiring in the pod";
}

async function roleAnnotation(world: Reading, namespace: string, name: string): Promise<string | undefined> {
  const account = await world.cluster.get({ resource: "serviceaccounts", namespace, name });
  return account?.metadata.annotations?.["eks.amazonaws.com/role-arn"];
}

async function readEvents(world: Reading, namespace: string): Promise<readonly KubeObject[]> {
  const events = await world.cluster.list("events", { namespace });
  const at = (event: KubeObject): string =>
    (textAt(plainOf(event)["lastTimestamp"]) ?? "") ||
    (textAt(plainOf(event)["eventTime"]) ?? "") ||
    (event.metadata.creationTimestamp ?? "");
  return events.toSorted((a, b) => (at(a) < at(b) ? -1 : 1));
}

async function logErrors(
  world: Reading,
  of: { readonly namespace: string; readonly name: string; readonly container: string | undefined },
): Promise<readonly string[] | undefined> {
  const { namespace, name, container } = of;
  try {
    const text = await world.cluster.logs({
      namespace,
      name,
      tailLines,
      ...(container === undefined ? {} : { container }),
    });
    return text?.split("\n").filter((line) => /"level":"(ERROR|FATAL|PANIC)"|\b(ERROR|FATAL|panic:)/.test(line));
  } catch (error) {
    // A container that never started has no log; that is told by its state.
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

async function readObjects(
  world: Reading,
  resource: "nodepools" | "ec2nodeclasses" | "provisioners" | "awsnodetemplates",
): Promise<readonly ObjectInspection[]> {
  const objects = await listIfServed(world, resource);
  return objects.map((one) => ({
    kind: one.kind,
    name: one.metadata.name,
    isHeld: isHeld(one),
    conditions: inspectedConditions(one),
  }));
}

/** Conditions of any object's status. */
export function inspectedConditions(object: KubeObject): readonly Condition[] {
  return objectsAt(objectAt(plainOf(object)["status"])["conditions"]).map((one) => ({
    type: textAt(one["type"]) ?? "",
    status: textAt(one["status"]) ?? "",
    reason: textAt(one["reason"]) ?? "",
    message: textAt(one["message"]) ?? "",
    lastTransitionTime: textAt(one["lastTransitionTime"]) ?? "",
  }));
}

function problemOf(of: {
  readonly deployment: Inspection["deployment"];
  readonly pods: readonly PodInspection[];
  readonly events: readonly KubeObject[];
}): string | undefined {
  if (of.deployment === undefined) return "the controller's Deployment does not exist";
  if (of.deployment.ready >= of.deployment.wanted) return undefined;
  const failed = of.events.filter((event) => plainOf(event)["reason"] === "FailedCreate").at(-1);
  if (of.pods.length === 0 && failed !== undefined)
    return `no pod could be made: ${textAt(plainOf(failed)["message"]) ?? ""}`;
  for (const pod of of.pods) {
    const problem = podProblem(pod);
    if (problem !== undefined) return `pod ${pod.name}: ${problem}`;
  }
  return `${of.deployment.ready} of ${of.deployment.wanted} pods are ready`;
}

function podProblem(pod: PodInspection): string | undefined {
  if (pod.isReady) return undefined;
  const denied = (pod.logErrors ?? []).map(deniedAction).findLast((one) => one !== undefined);
  if (denied !== undefined) return `AWS denies ${denied.action} to the controller: ${denied.line}`;
  for (const container of pod.containers) {
    const { waiting } = container;
    if (waiting === undefined) continue;
    if (/ImagePull|ErrImage|InvalidImage/.test(waiting.reason))
      return `image ${container.image} cannot be pulled: ${waiting.message}`;
    const last = pod.logErrors?.at(-1);
    return `container ${container.name} waits (${waiting.reason})${last === undefined ? "" : `: ${last}`}`;
  }
  const unscheduled = pod.conditions.find((one) => one.type === "PodScheduled" && one.status === "False");
  if (unscheduled !== undefined) return `no node takes it: ${unscheduled.message ?? ""}`;
  return pod.logErrors?.at(-1) ?? `not ready (${pod.phase})`;
}

/** The action that AWS refused, from a line of the controller's log; undefined when the line speaks of something else. */
export function deniedAction(line: string): { readonly action: string; readonly line: string } | undefined {
  const named = /not authorized to perform: ([\w-]+:\w+)/.exec(line)?.[1];
  if (named !== undefined) return { action: named, line };
  const [, service, operation] = /operation error (\w[\w ]{0,60}?): (\w{1,100}),/.exec(line) ?? [];
  const isDenied = /AccessDenied|UnauthorizedOperation/.test(line);
  if (service === undefined || operation === undefined || !isDenied) return undefined;
  return { action: `${service.toLowerCase()}:${operation}`, line };
}

function eventText(event: KubeObject): string {
  const fields = plainOf(event);
  return `${textAt(fields["type"]) ?? ""} ${textAt(fields["reason"]) ?? ""}: ${textAt(fields["message"]) ?? ""}`;
}
