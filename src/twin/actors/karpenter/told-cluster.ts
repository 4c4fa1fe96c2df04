import type { UserDataCluster } from "../../../karpenter/aws/user-data/user-data.ts";
import { object } from "../../account/account.ts";
import { str } from "../../store/objects.ts";
import type { KarpenterHere } from "./here.ts";

/** The cluster as nodes are told of it. */
export function toldCluster(here: KarpenterHere): UserDataCluster {
  const cluster = here.account.rows("eks.clusters")[0] ?? {};
  const network = object(cluster["kubernetesNetworkConfig"]);
  const cidr = str(network["serviceIpv4Cidr"] ?? "172.20.0.0/16");
  return {
    name: str(cluster["name"]),
    endpoint: str(cluster["endpoint"]),
    caBundle: str(object(cluster["certificateAuthority"])["data"]),
    cidr,
    dnsIp: cidr.replace(/(?<!\d)\d+\/\d+$/, "10"),
  };
}
