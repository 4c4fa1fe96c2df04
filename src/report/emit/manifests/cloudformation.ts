import type { JsonObject, KubeObject } from "../../../kube/objects.ts";
import { jsonText, logicalId, writeTemplate } from "../cloudformation.ts";
import { distinct } from "../distinct.ts";
import { nodeClassOfPool } from "./node-class-of-pool.ts";
import type { EmitContext } from "./types.ts";

/**
 * CloudFormation has no resource of its own for Kubernetes objects. This uses the public extension AWSQS::Kubernetes::Resource, which an
 * account activates once, instead of a custom resource with code.
 */
export function cloudFormation(manifests: readonly (KubeObject & JsonObject)[], context: EmitContext): string {
  const ids = distinct(manifests, ({ kind, metadata }) => logicalId([kind, metadata.name]));
  const resources = manifests.map((manifest) => {
    const nodeClass = nodeClassOfPool(manifest, manifests);
    const needs = nodeClass === undefined ? undefined : ids.get(nodeClass);
    const resource = {
      Type: "AWSQS::Kubernetes::Resource",
      ...(needs === undefined ? {} : { DependsOn: needs }),
      Properties: { ClusterName: { Ref: "ClusterName" }, Namespace: "default", Manifest: jsonText(manifest) },
    };
    return [ids.get(manifest) ?? "", resource] as const;
  });
  const note =
    "# Needs the public extension AWSQS::Kubernetes::Resource, activated once per account and " +
    "region with a role that the cluster admits:\n" +
    "#   aws cloudformation activate-type --type RESOURCE --type-name AWSQS::Kubernetes::Resource ...\n";
  const template = writeTemplate({
    description: "Karpenter NodePools and EC2NodeClasses that replace the node groups of an EKS cluster",
    // The linter knows AWS's own types only, not public extensions.
    metadata: { "cfn-lint": { config: { ignore_checks: ["E3006"] } } },
    parameters: {
      ClusterName: {
        Type: "String",
        Description: "Name of the EKS cluster",
        ...(context.clusterName === undefined ? {} : { Default: context.clusterName }),
      },
    },
    resources: Object.fromEntries(resources),
  });
  return note + template;
}
