import { textAt } from "../kube/json.ts";
import type { TranslateInput, TranslateOptions } from "./input.ts";
import { unique } from "../kube/unique.ts";

/** Input and options as every part of the translation reads them. */
export interface Facts {
  readonly input: TranslateInput;
  readonly options: TranslateOptions;
}

/** Zones of subnets whose description was read; subnets that were not are simply not in it. */
export function zonesOfSubnets({ input }: Facts, ids: Iterable<string>): readonly string[] {
  const wanted = new Set(ids);
  const zones = (input.account?.subnets ?? [])
    .filter((subnet) => wanted.has(textAt(subnet, "SubnetId") ?? ""))
    .flatMap((subnet) => textAt(subnet, "AvailabilityZone") ?? []);
  return unique(zones);
}

/** The security group that EKS gives to control plane and nodes alike. Undefined when the cluster was not read. */
export function clusterSecurityGroup({ input }: Facts): string | undefined {
  return textAt(input.account?.cluster, "resourcesVpcConfig", "clusterSecurityGroupId");
}
