import type { Node } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";

/** Node labels that carry the EKS cluster's name. */
const labels = ["alpha.eksctl.io/cluster-name", "eks.amazonaws.com/cluster-name", "eks.amazonaws.com/cluster"];
const variables = ["CLUSTER_NAME", "AWS_CLUSTER_NAME", "EKS_CLUSTER_NAME"];

/**
 * The EKS cluster's name as the cluster itself tells it: node labels, the environment of the AWS VPC CNI or Karpenter, or the discovery
 * tags that Cluster Autoscaler was told. Undefined when nothing says, or two sources disagree.
 */
export function clusterNameIn(objects: ClusterObjects): string | undefined {
  const said = new Set([...fromNodes(objects.nodes ?? []), ...fromWorkloads(objects), ...fromAutoscaler(objects)]);
  return said.size === 1 ? [...said][0] : undefined;
}

function fromNodes(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) => {
    const name = labels.map((label) => node.metadata.labels?.[label]).find((value) => value !== undefined);
    return name === undefined ? [] : [name];
  });
}

function fromWorkloads(objects: ClusterObjects): readonly string[] {
  const workloads = [...(objects.daemonsets ?? []), ...(objects.deployments ?? [])].filter((one) =>
    /^(aws-node|karpenter|aws-load-balancer-controller)$/.test(one.metadata.name),
  );
  return workloads.flatMap((one) =>
    one.spec.template.spec.containers.flatMap((container) => [
      ...(container.env ?? []).flatMap((entry) => {
        const isName = variables.includes(entry.name) && entry.value !== undefined && !entry.value.startsWith("<");
        return isName && entry.value !== "" ? [entry.value ?? ""] : [];
      }),
      ...(container.args ?? []).flatMap((arg) => /^--cluster-name=(.+)$/.exec(arg)?.[1] ?? []),
    ]),
  );
}

function fromAutoscaler(objects: ClusterObjects): readonly string[] {
  return (objects.deployments ?? [])
    .filter((one) =>
      one.spec.template.spec.containers.some((container) => /\/cluster-autoscaler/.test(container.image ?? "")),
    )
    .flatMap((one) => one.spec.template.spec.containers)
    .flatMap((container) => [...(container.command ?? []), ...(container.args ?? [])])
    .flatMap((arg) => Array.from(arg.matchAll(/k8s\.io\/cluster-autoscaler\/([^,=\s"']+)/g), (match) => match[1] ?? ""))
    .filter((name) => name !== "enabled" && !name.startsWith("node-template"));
}

/** The name in an instance's tags. Undefined when no tag names one. */
export function clusterNameInTags(tags: Readonly<Record<string, string>>): string | undefined {
  const named = tags["aws:eks:cluster-name"] ?? tags["eks:cluster-name"] ?? tags["alpha.eksctl.io/cluster-name"];
  if (named !== undefined) return named;
  return Object.keys(tags)
    .map((key) => /^kubernetes\.io\/cluster\/(.+)$/.exec(key)?.[1])
    .find((name) => name !== undefined);
}
