// Mirrors pkg/providers/amifamily/ami.go of karpenter-provider-aws v1.14.1.
import { type Alias, families } from "./families.ts";

/** Kind of machine that an image is made for. */
export type ImageVariant =
  | { readonly kind: "standard" | "nvidia" | "neuron" }
  | { readonly kind: "windows"; readonly build: string };

/** An SSM parameter that names an image, and what that image is for. */
export interface ImageParameter {
  readonly name: string;
  readonly variants: readonly ImageVariant[];
}

const standard: ImageVariant = { kind: "standard" };
const nvidia: ImageVariant = { kind: "nvidia" };
const neuron: ImageVariant = { kind: "neuron" };

/** The parameters that AWS publishes for an alias. `latest` follows the recommended image. */
export function aliasParameters(alias: Alias, kubernetesVersion: string): readonly ImageParameter[] {
  switch (alias.family) {
    case "AL2023":
      return al2023(kubernetesVersion, alias.version);
    case "AL2":
      return al2(kubernetesVersion, alias.version);
    case "Bottlerocket":
      return bottlerocket(kubernetesVersion, alias.version.replace(/^v+/, ""));
    case "Windows2019":
    case "Windows2022":
    case "Windows2025":
      return windows(alias, kubernetesVersion);
    case "Custom":
      return [];
  }
}

function al2023(kubernetes: string, version: string): ImageParameter[] {
  const kinds = [
    ["x86_64", standard],
    ["x86_64", nvidia],
    ["x86_64", neuron],
    ["arm64", standard],
    ["arm64", nvidia],
  ] as const;
  return kinds.map(([arch, variant]) => {
    const pinned = `amazon-eks-node-al2023-${arch}-${variant.kind}-${kubernetes}-${version}`;
    const name = version === "latest" ? "recommended" : pinned;
    const path = `/aws/service/eks/optimized-ami/${kubernetes}/amazon-linux-2023/${arch}/${variant.kind}/${name}/image_id`;
    return { name: path, variants: [variant] };
  });
}

function al2(kubernetes: string, version: string): ImageParameter[] {
  const kinds = [
    ["", "", [standard]],
    ["-arm64", "arm64-", [standard]],
    // One image for both kinds of accelerators.
    ["-gpu", "gpu-", [neuron, nvidia]],
  ] as const;
  return kinds.map(([folder, infix, variants]) => {
    const name = version === "latest" ? "recommended" : `amazon-eks-${infix}node-${kubernetes}-${version}`;
    return { name: `/aws/service/eks/optimized-ami/${kubernetes}/amazon-linux-2${folder}/${name}/image_id`, variants };
  });
}

function bottlerocket(kubernetes: string, version: string): ImageParameter[] {
  const kinds = [
    ["", "x86_64", [standard, neuron]],
    ["", "arm64", [standard]],
    ["-nvidia", "x86_64", [nvidia]],
    ["-nvidia", "arm64", [nvidia]],
  ] as const;
  return kinds.map(([suffix, arch, variants]) => ({
    name: `/aws/service/bottlerocket/aws-k8s-${kubernetes}${suffix}/${arch}/${version}/image_id`,
    variants,
  }));
}

function windows(alias: Alias, kubernetes: string): ImageParameter[] {
  const year = alias.family.replace("Windows", "");
  const build = families[alias.family].windowsBuild ?? "";
  return [
    {
      name: `/aws/service/ami-windows-latest/Windows_Server-${year}-English-Core-EKS_Optimized-${kubernetes}/image_id`,
      variants: [{ kind: "windows", build }],
    },
  ];
}
