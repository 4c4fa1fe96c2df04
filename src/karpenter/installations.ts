// Our own: the real program has no such file.
import type { Container, KubeObject, Pod, Workload } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { valueAt, isObject } from "../kube/json.ts";

/** A Karpenter controller found in the cluster. */
export interface KarpenterInstallation {
  readonly namespace: string;
  /** Of its Deployment. */
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  /** Pods of it that are Ready. */
  readonly readyReplicas: number;
  /** `1.14.1`, or undefined when the image tag does not say. */
  readonly version: string | undefined;
  readonly serviceAccount: string;
  /** What the controller is told to listen to: from its environment, its arguments, or the global settings of older versions. */
  readonly interruptionQueue: string | undefined;
  readonly object: Workload;
}

/**
 * The instance profile of nodes whose template names none, as v1alpha5 was told it: in the controller's environment until 0.18, in
 * karpenter-global-settings until 0.32. Undefined where it was told none.
 */
export function defaultInstanceProfileOf(
  objects: Pick<ClusterObjects, "deployments" | "configmaps">,
): string | undefined {
  const all = karpentersOf(objects);
  const one = all.find(({ replicas }) => replicas > 0) ?? all[0];
  const container = one === undefined ? undefined : karpenterContainerOf(one.object);
  const settings = (objects.configmaps ?? []).find((map) => map.metadata.name === "karpenter-global-settings")?.data;
  const told = container === undefined ? undefined : settingOf(container, "AWS_DEFAULT_INSTANCE_PROFILE");
  return told ?? nonEmpty(settings?.["aws.defaultInstanceProfile"]);
}

/** Upstream's images since v0.16, and mirrors that kept the last part of their names. */
const image = /(^|\/)karpenter(-aws)?\/controller(?=:|@|$)|(^|\/)karpenter(-controller)?(?=:|@|$)/;

/**
 * Every Deployment that runs Karpenter's controller, running or scaled to zero: by its image, else, for a mirror that renames it, by the
 * name that the chart gives the application.
 */
export function karpentersOf(
  objects: Pick<ClusterObjects, "deployments" | "configmaps">,
): readonly KarpenterInstallation[] {
  const settings = (objects.configmaps ?? []).find((one) => one.metadata.name === "karpenter-global-settings")?.data;
  return (objects.deployments ?? []).flatMap((deployment) => {
    const container = karpenterContainerOf(deployment);
    if (container === undefined) return [];
    const queue = settingOf(container, "INTERRUPTION_QUEUE") ?? argumentOf(container, "--interruption-queue");
    const ready = deployment.status?.["readyReplicas"];
    return [
      {
        namespace: deployment.metadata.namespace ?? "default",
        name: deployment.metadata.name,
        image: container.image ?? "",
        replicas: deployment.spec.replicas ?? 1,
        readyReplicas: typeof ready === "number" ? ready : 0,
        version: releaseOfImage(container.image ?? ""),
        serviceAccount: serviceAccountOf(deployment),
        interruptionQueue: queue ?? nonEmpty(settings?.["aws.interruptionQueueName"]),
        object: deployment,
      },
    ];
  });
}

/** The release that an image's tag names: `1.14.1`; undefined for one without a tag, or with one that is no version. */
export function releaseOfImage(reference: string): string | undefined {
  return /:v?(\d+\.\d+\.\d+)/.exec(reference)?.[1];
}

/** The container that runs Karpenter's controller; undefined when the Deployment is another program's. */
export function karpenterContainerOf(deployment: KubeObject): Container | undefined {
  const containers = hasTemplate(deployment) ? deployment.spec.template.spec.containers : undefined;
  const isNamed = deployment.metadata.labels?.["app.kubernetes.io/name"] === "karpenter";
  return containers?.find(isKarpenter) ?? (isNamed ? containers?.[0] : undefined);
}

/** Whether a pod runs Karpenter's controller. */
export function isKarpenterPod(pod: Pod): boolean {
  return pod.spec.containers.some(isKarpenter) || pod.metadata.labels?.["app.kubernetes.io/name"] === "karpenter";
}

function isKarpenter(container: Container): boolean {
  return image.test(container.image ?? "");
}

// A dump may hold a Deployment without a template: it runs nothing.
function hasTemplate(object: KubeObject): object is Workload {
  return "spec" in object && isObject(object.spec) && isObject(valueAt(object.spec, "template", "spec"));
}

function serviceAccountOf(deployment: KubeObject): string {
  return (hasTemplate(deployment) ? deployment.spec.template.spec.serviceAccountName : undefined) ?? "default";
}

function settingOf(container: Container, name: string): string | undefined {
  return nonEmpty(container.env?.find((one) => one.name === name)?.value);
}

function argumentOf(container: Container, flag: string): string | undefined {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  for (const [i, word] of words.entries()) {
    if (word.startsWith(`${flag}=`)) return nonEmpty(word.slice(flag.length + 1));
    if (word === flag) return nonEmpty(words[i + 1]);
  }
  return undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
