import { type InstallManifest, installManifestOf } from "../../src/migration/install/options.ts";

/** A node class that discovers by tag and a pool of on-demand nodes. */
export function manifests(role: string, cluster = "clean"): readonly InstallManifest[] {
  const discovery = { "karpenter.sh/discovery": cluster };
  return [
    installManifestOf({
      apiVersion: "karpenter.k8s.aws/v1",
      kind: "EC2NodeClass",
      metadata: { name: "general" },
      spec: {
        role,
        amiSelectorTerms: [{ alias: "al2023@latest" }],
        subnetSelectorTerms: [{ tags: discovery }],
        securityGroupSelectorTerms: [{ tags: discovery }],
      },
    }),
    installManifestOf({
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name: "general" },
      spec: {
        template: {
          spec: {
            requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
            nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" },
          },
        },
      },
    }),
  ];
}
