import type { JsonObject, Node } from "../../kube/objects.ts";

const fromKubelet =
  /^((beta\.)?kubernetes\.io|node\.kubernetes\.io|topology\.|failure-domain\.|k8s\.io\/cloud-provider)/;
const fromConditions =
  /^(node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io|ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler)/;

/** Labels that a node's own configuration gave it, without those that every kubelet sets. */
export function ownLabels(node: Node): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(node.metadata.labels ?? {}).filter(([key]) => !fromKubelet.test(key)));
}

/** Taints that a node was registered with. */
export function ownTaints(node: Node): readonly JsonObject[] {
  return (node.spec?.taints ?? [])
    .filter(({ key }) => !fromConditions.test(key))
    .map(({ key, value, effect }) => ({ key, effect, ...(value === undefined ? {} : { value }) }));
}
