import { listAt, numberAt, objectsAt, textAt, textsAt, valueAt } from "../../kube/json.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { none, pairs } from "./cells.ts";
import { ageColumn, nameColumn, type TableColumn } from "./column.ts";

/** Columns of services. */
export const networkColumns: { readonly [R in ResourceName]?: readonly TableColumn[] } = {
  services: [
    nameColumn,
    { name: "Type", cell: (one) => textAt(one, "spec", "type") ?? "ClusterIP" },
    { name: "Cluster-IP", cell: (one) => textAt(one, "spec", "clusterIP") ?? none },
    { name: "External-IP", cell: externalOf },
    { name: "Port(s)", cell: portsOf },
    ageColumn,
    { name: "Selector", isWide: true, cell: (one) => pairs(valueAt(one, "spec", "selector")) },
  ],
};

function externalOf(service: Stored): string {
  const named = textsAt(service, "spec", "externalIPs");
  switch (textAt(service, "spec", "type")) {
    case "LoadBalancer": {
      const ingress = objectsAt(service, "status", "loadBalancer", "ingress");
      const all = [...ingress.flatMap((one) => textAt(one, "ip") ?? textAt(one, "hostname") ?? []), ...named];
      return all.length === 0 ? "<pending>" : all.join(",");
    }
    case "ExternalName":
      return textAt(service, "spec", "externalName") ?? none;
    default:
      return named.length === 0 ? none : named.join(",");
  }
}

function portsOf(service: Stored): string {
  if (listAt(service, "spec", "ports").length === 0) return none;
  return objectsAt(service, "spec", "ports")
    .map((one) => {
      const nodePort = numberAt(one, "nodePort");
      const port = numberAt(one, "port") ?? 0;
      return `${port}${nodePort === undefined ? "" : `:${nodePort}`}/${textAt(one, "protocol") ?? "TCP"}`;
    })
    .join(",");
}
