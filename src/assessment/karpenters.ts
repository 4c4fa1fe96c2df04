import type { Container, KubeObject } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { templateOf } from "./workload.ts";

/** A Karpenter controller found in the cluster. */
export interface KarpenterInstallation {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** `1.14.1`, or undefined when the image tag does not say. */
  readonly version: string | undefined;
  readonly serviceAccount: string;
  /** What the controller is told to listen to: from its environment, its arguments, or the global settings of older versions. */
  readonly interruptionQueue: string | undefined;
  readonly object: KubeObject;
}

/** Every Deployment that runs Karpenter's controller: by image, else by the chart's labels. */
export function karpentersOf(objects: ClusterObjects): readonly KarpenterInstallation[] {
  const settings = (objects.configmaps ?? []).find((one) => one.metadata.name === "karpenter-global-settings")?.data;
  return (objects.deployments ?? []).flatMap((deployment) => {
    const spec = templateOf(deployment)?.spec;
    const container = spec?.containers.find(isController) ?? (isLabelled(deployment) ? spec?.containers[0] : undefined);
    if (spec === undefined || container === undefined) return [];
    const queue = settingOf(container, "INTERRUPTION_QUEUE") ?? argumentOf(container, "--interruption-queue");
    return [
      {
        namespace: deployment.metadata.namespace ?? "default",
        name: deployment.metadata.name,
        replicas: deployment.spec.replicas ?? 1,
        version: /:v?(\d+\.\d+\.\d+)/.exec(container.image ?? "")?.[1],
        serviceAccount: spec.serviceAccountName ?? "default",
        interruptionQueue: queue ?? nonEmpty(settings?.["aws.interruptionQueueName"]),
        object: deployment,
      },
    ];
  });
}

function isController(container: Container): boolean {
  return /(^|\/)karpenter(-aws)?\/controller(:|@|$)|(^|\/)karpenter(-controller)?(:|@|$)/.test(container.image ?? "");
}

function isLabelled(object: KubeObject): boolean {
  const labels = object.metadata.labels ?? {};
  return labels["app.kubernetes.io/name"] === "karpenter" && /^karpenter-\d/.test(labels["helm.sh/chart"] ?? "");
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
