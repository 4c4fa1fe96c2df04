import { defaultRelease, releaseOf } from "../../../karpenter/releases.ts";
import type { Translation } from "../../../translation/types.ts";
import { fileName } from "./file-name.ts";
import type { EmitContext } from "./types.ts";
import { defined } from "../../../kube/json.ts";
import { writeYaml } from "../../../yaml/write.ts";

/** The newest Karpenter release that Dovetail knows for each API version; for v1 the one that it installs. */
const releases: Readonly<Record<Translation["target"], string | undefined>> = {
  v1: defaultRelease.version,
  v1beta1: releaseOf("0.37")?.version,
  v1alpha5: releaseOf("0.16")?.version,
};

/** The part of an eksctl cluster file that concerns Karpenter. eksctl knows no NodePools: those are files beside it, for kubectl. */
export function eksctlConfig(translation: Pick<Translation, "manifests" | "target">, context: EmitContext): string {
  const config = {
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata: {
      name: context.clusterName ?? "CLUSTER",
      region: context.region ?? "REGION",
      ...(context.kubernetesVersion === undefined ? {} : { version: context.kubernetesVersion }),
      // Subnets and security groups with this tag are found by the node classes.
      tags: { "karpenter.sh/discovery": context.clusterName ?? "CLUSTER" },
    },
    iam: { withOIDC: true },
    karpenter: {
      ...defined({ version: context.karpenterVersion ?? releases[translation.target] }),
      createServiceAccount: true,
      withSpotInterruptionQueue: true,
    },
  };
  const files = translation.manifests.map(fileName);
  const note = [
    "# Merge this into the cluster's own file. eksctl installs Karpenter and its roles; node classes and pools are applied after it:",
    ...files.map((file) => `#   kubectl apply --server-side -f ${file}`),
    "",
  ].join("\n");
  return note + writeYaml(config);
}
