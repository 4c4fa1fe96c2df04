import type { ClusterObjects } from "../kube/resources.ts";

/** How Amazon's CNI gives pods their addresses, as the DaemonSet aws-node is told. */
export interface VpcCni {
  /** The first interface of a node carries no pods: their addresses come from the subnets of ENIConfigs. */
  readonly isCustomNetworking: boolean;
  /** Interfaces get prefixes of 16 addresses, so many more pods fit on a node than single addresses would allow. */
  readonly isPrefixDelegation: boolean;
  readonly isIpv6: boolean;
}

/** The CNI's settings; undefined when the DaemonSets were not read, or aws-node is not among them. */
export function vpcCniOf(objects: ClusterObjects): VpcCni | undefined {
  const daemonSet = objects.daemonsets?.find(
    (one) => one.metadata.name === "aws-node" && one.metadata.namespace === "kube-system",
  );
  if (daemonSet === undefined) return undefined;
  const variables = new Map(
    daemonSet.spec.template.spec.containers.flatMap((container) =>
      (container.env ?? []).map((one) => [one.name, one.value] as const),
    ),
  );
  const isOn = (name: string): boolean => /^(true|1)$/i.test(variables.get(name) ?? "");
  return {
    isCustomNetworking: isOn("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"),
    isPrefixDelegation: isOn("ENABLE_PREFIX_DELEGATION"),
    isIpv6: isOn("ENABLE_IPv6"),
  };
}

/** Interfaces per node that carry no pods, as Karpenter's controller must be told (`settings.reservedENIs`). */
export function reservedInterfaces(cni: VpcCni | undefined): number {
  return cni?.isCustomNetworking === true ? 1 : 0;
}
