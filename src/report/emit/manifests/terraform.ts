import { discoveryTagKey, karpenterNames } from "../../../karpenter/names.ts";
import type { JsonObject, KubeObject } from "../../../kube/objects.ts";
import { distinct } from "../distinct.ts";
import { type Expression, hcl } from "../hcl.ts";
import { isPool, nodeClassOfPool } from "./node-class-of-pool.ts";
import type { EmitContext } from "./types.ts";

/**
 * Terraform for people who run the community EKS module: the manifests as `kubectl_manifest` resources, with the cluster's name and the
 * node role taken from `module.eks` and `module.karpenter`.
 */
export function terraform(manifests: readonly (KubeObject & JsonObject)[], context: EmitContext): string {
  const expression = moduleOutputs(context);
  const labels = distinct(manifests, labelOf);
  const head = `# NodePools and EC2NodeClasses that replace the cluster's node groups.
#
# Written for terraform-aws-modules/eks/aws: module.eks is the cluster, module.karpenter its submodule modules/karpenter.

terraform {
  required_providers {
    kubectl = {
      source  = "alekc/kubectl"
      version = ">= 2.0.0"
    }
  }
}
`;
  const resources = manifests.map((manifest) => {
    const nodeClass = nodeClassOfPool(manifest, manifests);
    const needs = nodeClass === undefined ? "module.karpenter" : `kubectl_manifest.${labels.get(nodeClass) ?? ""}`;
    return `
resource "kubectl_manifest" "${labels.get(manifest) ?? ""}" {
  yaml_body = yamlencode(${hcl(manifest, expression, "  ")})

  depends_on = [${needs}]
}
`;
  });
  return head + resources.join("");
}

function labelOf(manifest: KubeObject): string {
  const type = isPool(manifest) ? "karpenter_node_pool" : "karpenter_node_class";
  return `${type}_${manifest.metadata.name.replace(/[^A-Za-z0-9_]/g, "_")}`;
}

/** The module's outputs stand in where the values are the ones that it makes: the discovery tag, and the node role. */
function moduleOutputs({ clusterName }: EmitContext): Expression {
  if (clusterName === undefined) return () => undefined;
  const { nodeRole } = karpenterNames(clusterName);
  return (value, path) => {
    if (value === clusterName && path.at(-1) === discoveryTagKey) return "module.eks.cluster_name";
    return value === nodeRole && path.join(".") === "spec.role" ? "module.karpenter.node_iam_role_name" : undefined;
  };
}
