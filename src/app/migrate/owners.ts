import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import { objectAt, objectsAt, textAt } from "../../kube/json.ts";
import { type Keeper, keeperOf } from "../../kube/keeper.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** What is written before the name of something that somebody else would write back. */
export const ownerCode = "OWNER";

/** Somebody who would write back what a migration changes, and what to do about it. */
export interface Reverter {
  /** `Deployment/kube-system/cluster-autoscaler`, `NodeGroup/general`. */
  readonly subject: string;
  readonly reason: string;
  readonly fix: string;
}

/** Where a reconciler says on a resource that it is its own, by the beginning of a tag's key. */
const reconcilers: readonly (readonly [string, string])[] = [
  ["services.k8s.aws/", "ACK"],
  ["crossplane-", "Crossplane"],
  ["sigs.k8s.io/cluster-api-provider-aws/cluster/", "Cluster API"],
];

/**
 * Who would write back what a migration of these groups changes: a GitOps controller or an operator that would scale Cluster Autoscaler up
 * again beside Karpenter, and reconcilers of node groups. Whoever writes only when a person runs it (Helm, Terraform, eksctl,
 * CloudFormation) is not among them.
 */
export function revertersOf(
  snapshot: Snapshot,
  autoscalers: readonly AutoscalerInstallation[],
  groups: readonly NodeGroup[],
): readonly Reverter[] {
  const deployments = snapshot.objects.deployments ?? [];
  const installed = autoscalers.flatMap(({ namespace, deployment }) =>
    deployments.filter(({ metadata }) => metadata.name === deployment && metadata.namespace === namespace),
  );
  return [...installed.flatMap(ofDeployment), ...groups.flatMap(ofGroup)];
}

function ofDeployment(deployment: KubeObject): readonly Reverter[] {
  const keeper = keeperOf(deployment);
  if (keeper === undefined || keeper.kind === "helm" || isPaused(deployment)) return [];
  const { namespace = "default", name } = deployment.metadata;
  return [
    {
      subject: `Deployment/${namespace}/${name}`,
      reason: `${keeper.title} writes Cluster Autoscaler's Deployment and would scale it up again beside Karpenter`,
      fix: pauseOf(keeper),
    },
  ];
}

/** Flux leaves an object alone that says so (kustomize-controller, "Disable Kustomize Server-side Apply"). */
function isPaused({ metadata }: KubeObject): boolean {
  const { annotations = {} } = metadata;
  return ["kustomize", "helm"].some((one) => annotations[`${one}.toolkit.fluxcd.io/reconcile`] === "disabled");
}

function pauseOf(keeper: Keeper): string {
  const paused = keeper.title.startsWith("Argo CD") ? "switch its automated sync off" : "suspend it";
  const where = keeper.kind === "gitops" ? "set replicas: 0 where it takes the Deployment from" : "change it there";
  return `${where}, or ${paused} until the migration is over`;
}

function ofGroup(group: NodeGroup): readonly Reverter[] {
  const keys = [
    ...objectsAt(group.autoScalingGroup, "Tags").flatMap((tag) => textAt(tag, "Key") ?? []),
    ...Object.keys(objectAt(group.nodegroup, "tags")),
  ];
  const found = reconcilers.find(([prefix]) => keys.some((key) => key.startsWith(prefix)));
  if (found === undefined) return [];
  const [, who] = found;
  const reason = `${who} reconciles node group ${group.name} and would write its sizes back`;
  return [
    { subject: `NodeGroup/${group.name}`, reason, fix: `pause ${who}'s reconciling of it until the migration is over` },
  ];
}
