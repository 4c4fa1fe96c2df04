import type { Release } from "../../karpenter/releases.ts";
import { usage } from "../../fault/fault.ts";
import type { ClusterFacts, OidcState } from "./facts.ts";
import type { Identity } from "./options.ts";

/**
 * How the controller gets its credentials, and why so. Throws a usage fault when what was asked for cannot work. The codes are
 * `usage.no-pod-identity`, `usage.no-pod-identity-agent`, `usage.no-issuer`.
 */
export function chooseIdentity(
  cluster: ClusterFacts,
  release: Release,
  provider: OidcState | undefined,
  wanted: Identity | undefined,
): { readonly identity: Identity; readonly identityWhy: string } {
  if (wanted === "pod-identity" && !release.hasPodIdentity) {
    throw usage("no-pod-identity", `Karpenter ${release.version} cannot use EKS Pod Identity`, "pass --identity irsa");
  }
  if (wanted === "pod-identity" && !cluster.hasPodIdentityAgent) {
    throw usage(
      "no-pod-identity-agent",
      `cluster ${cluster.name} does not run the EKS Pod Identity Agent`,
      `aws eks create-addon --cluster-name ${cluster.name} --addon-name eks-pod-identity-agent, or pass --identity irsa`,
    );
  }
  if (wanted === "irsa" && cluster.issuer === undefined) {
    throw usage("no-issuer", `cluster ${cluster.name} has no OIDC issuer`, "pass --identity pod-identity");
  }
  if (wanted !== undefined) return { identity: wanted, identityWhy: "as asked for" };
  if (release.hasPodIdentity && cluster.hasPodIdentityAgent) {
    return { identity: "pod-identity", identityWhy: "the cluster runs the EKS Pod Identity Agent" };
  }
  const why =
    provider === undefined
      ? "the cluster runs no EKS Pod Identity Agent; its OIDC provider will be registered"
      : "the cluster's OIDC provider is registered in IAM";
  return { identity: "irsa", identityWhy: why };
}
