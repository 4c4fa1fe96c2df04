import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import { textAt } from "../../kube/json.ts";
import type { EmitContext } from "./emit.ts";
import { writeYaml } from "../../yaml/write.ts";

/**
 * CloudFormation has no resource of its own for Kubernetes objects. This uses the public extension
 * AWSQS::Kubernetes::Resource, which an
 * account activates once, instead of a custom resource with code.
 */
export function cloudFormation(manifests: readonly (KubeObject & JsonObject)[], context: EmitContext): string {
  const resources: Record<string, Json> = {};
  for (const manifest of manifests) {
    const needs = nodeClassId(manifest, manifests);
    resources[logicalId(manifest)] = {
      Type: "AWSQS::Kubernetes::Resource",
      ...(needs === undefined ? {} : { DependsOn: needs }),
      Properties: {
        ClusterName: { Ref: "ClusterName" },
        Namespace: "default",
        Manifest: JSON.stringify(manifest, undefined, 2),
      },
    };
  }
  const template: JsonObject = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "Karpenter NodePools and EC2NodeClasses that replace the node groups of an EKS cluster",
    // The linter knows AWS's own types only, not public extensions.
    Metadata: { "cfn-lint": { config: { ignore_checks: ["E3006"] } } },
    Parameters: {
      ClusterName: {
        Type: "String",
        Description: "Name of the EKS cluster",
        ...(context.clusterName === undefined ? {} : { Default: context.clusterName }),
      },
    },
    Resources: resources,
  };
  const note =
    "# Needs the public extension AWSQS::Kubernetes::Resource, activated once per account and " +
    "region with a role that the cluster admits:\n" +
    "#   aws cloudformation activate-type --type RESOURCE --type-name AWSQS::Kubernetes::Resource ...\n";
  return note + writeYaml(template);
}

function logicalId(manifest: KubeObject): string {
  const words = manifest.metadata.name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return manifest.kind + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function nodeClassId(
  pool: KubeObject & JsonObject,
  manifests: readonly (KubeObject & JsonObject)[],
): string | undefined {
  const name =
    textAt(pool, "spec", "template", "spec", "nodeClassRef", "name") ?? textAt(pool, "spec", "providerRef", "name");
  const found = manifests.find(
    (other) => other.metadata.name === name && other !== pool && /NodeClass|NodeTemplate/.test(other.kind),
  );
  return found === undefined ? undefined : logicalId(found);
}
