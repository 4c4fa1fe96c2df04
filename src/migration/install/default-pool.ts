import type { Release } from "../../karpenter/releases.ts";
import { type InstallManifest, installManifestOf } from "./options.ts";

/** The guide's default pool: any current instance type, on-demand, in the discovered subnets. */
export function defaultPool(of: {
  readonly clusterName: string;
  readonly nodeRole: string;
  readonly release: Release;
}): readonly InstallManifest[] {
  const { clusterName, nodeRole, release } = of;
  const discovery = { "karpenter.sh/discovery": clusterName };
  if (release.line === "v1alpha5") return alphaPool(discovery);
  const version = release.line;
  const isStable = version === "v1";
  const terms = { subnetSelectorTerms: [{ tags: discovery }], securityGroupSelectorTerms: [{ tags: discovery }] };
  const image = isStable ? { amiSelectorTerms: [{ alias: "al2023@latest" }] } : { amiFamily: "AL2023" };
  const group = isStable ? { group: "karpenter.k8s.aws" } : {};
  return [
    installManifestOf({
      apiVersion: `karpenter.k8s.aws/${version}`,
      kind: "EC2NodeClass",
      metadata: { name: "default" },
      spec: { role: nodeRole, ...image, ...terms },
    }),
    installManifestOf({
      apiVersion: `karpenter.sh/${version}`,
      kind: "NodePool",
      metadata: { name: "default" },
      spec: {
        disruption: isStable
          ? { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "1m" }
          : { consolidationPolicy: "WhenUnderutilized" },
        template: {
          spec: {
            requirements: requirements(["c", "m", "r"]),
            nodeClassRef: { ...group, kind: "EC2NodeClass", name: "default" },
          },
        },
      },
    }),
  ];
}

function requirements(categories: readonly string[]): readonly object[] {
  return [
    { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
    { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
    { key: "karpenter.k8s.aws/instance-category", operator: "In", values: categories },
    { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
  ];
}

function alphaPool(discovery: Readonly<Record<string, string>>): readonly InstallManifest[] {
  return [
    installManifestOf({
      apiVersion: "karpenter.k8s.aws/v1alpha1",
      kind: "AWSNodeTemplate",
      metadata: { name: "default" },
      spec: { subnetSelector: discovery, securityGroupSelector: discovery },
    }),
    installManifestOf({
      apiVersion: "karpenter.sh/v1alpha5",
      kind: "Provisioner",
      metadata: { name: "default" },
      spec: {
        requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
        providerRef: { name: "default" },
        ttlSecondsAfterEmpty: 30,
      },
    }),
  ];
}
