/** Karpenter installations in the cluster, ours and other people's. */
import type { Workload } from "../../kube/objects.ts";
import type { World } from "../../ports/world.ts";
import { clusterTag } from "./options.ts";

/** A Deployment that runs Karpenter. */
export interface FoundKarpenter {
  readonly namespace: string;
  readonly deployment: string;
  readonly image: string;
  /** Installed by Dovetail: the Deployment carries our annotation. */
  readonly isOurs: boolean;
  readonly workload: Workload;
}

/** Every Karpenter in the cluster, by its image or its name label. */
export async function findKarpenters(world: World): Promise<readonly FoundKarpenter[]> {
  const deployments = await world.cluster.list("deployments");
  return deployments.flatMap((one) => {
    const images = one.spec.template.spec.containers.map((container) => container.image ?? "");
    const image = images.find((text) => /(^|\/)karpenter\/(controller|karpenter)[:@]/.test(text));
    const isNamed = one.metadata.labels?.["app.kubernetes.io/name"] === "karpenter";
    if (image === undefined && !isNamed) return [];
    const isOurs = one.metadata.annotations?.[clusterTag] !== undefined;
    const namespace = one.metadata.namespace ?? "default";
    return [{ namespace, deployment: one.metadata.name, image: image ?? images[0] ?? "", isOurs, workload: one }];
  });
}
