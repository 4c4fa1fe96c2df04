import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { discoveryTagKey, karpenterNames } from "../../karpenter/names.ts";
import { textAt } from "../../kube/json.ts";
import type { EmitContext } from "./emit.ts";
import { hcl, type Expressions } from "./hcl.ts";

/**
 * Terraform for people who run the community EKS module: the manifests as `kubectl_manifest` resources, with the
 * cluster's name and the node
 * role taken from `module.eks` and `module.karpenter`.
 */
export function terraform(manifests: readonly (KubeObject & JsonObject)[], context: EmitContext): string {
  const expressions = moduleOutputs(manifests, context);
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
    const isPool = manifest.kind === "NodePool" || manifest.kind === "Provisioner";
    const type = isPool ? "karpenter_node_pool" : "karpenter_node_class";
    const label = `${type}_${manifest.metadata.name.replace(/[^A-Za-z0-9_]/g, "_")}`;
    const needs = isPool ? nodeClassLabel(manifest, manifests) : "module.karpenter";
    const body = hcl(manifest, expressions, "  ");
    return `
resource "kubectl_manifest" "${label}" {
  yaml_body = yamlencode(${body})

  depends_on = [${needs}]
}
`;
  });
  return head + resources.join("");
}

// The module's outputs stand in where the values are the ones that it makes.
function moduleOutputs(manifests: readonly (KubeObject & JsonObject)[], { clusterName }: EmitContext): Expressions {
  const expressions = new Map<string, string>();
  if (clusterName === undefined) return expressions;
  const isDiscovered = JSON.stringify(manifests).includes(`"${discoveryTagKey}":${JSON.stringify(clusterName)}`);
  if (isDiscovered) expressions.set(clusterName, "module.eks.cluster_name");
  expressions.set(karpenterNames(clusterName).nodeRole, "module.karpenter.node_iam_role_name");
  return expressions;
}

function nodeClassLabel(pool: KubeObject & JsonObject, manifests: readonly (KubeObject & JsonObject)[]): string {
  const name =
    textAt(pool, "spec", "template", "spec", "nodeClassRef", "name") ?? textAt(pool, "spec", "providerRef", "name");
  const found = manifests.find(
    (other) => other.metadata.name === name && (other.kind === "EC2NodeClass" || other.kind === "AWSNodeTemplate"),
  );
  if (found === undefined) return "module.karpenter";
  return `kubectl_manifest.karpenter_node_class_${found.metadata.name.replace(/[^A-Za-z0-9_]/g, "_")}`;
}
