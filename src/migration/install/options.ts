import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { usage, Fault } from "../../fault/fault.ts";
import type { Identity } from "../setup/options.ts";
import { type ResourceName, resources } from "../../kube/resources.ts";

/** What the user may choose about an installation. Everything else follows from the setup and the cluster. */
export interface InstallOptions {
  readonly cluster?: string;
  readonly karpenterVersion?: string;
  readonly namespace?: string;
  readonly identity?: Identity;
  /** Path, URL or `oci://` of the main chart instead of the release's own. */
  readonly chart?: string;
  readonly crdChart?: string;
  readonly replicas?: number;
  readonly controllerCpu?: string;
  readonly controllerMemory?: string;
  /** Node classes and pools to apply, node classes first; pools are applied held. */
  readonly manifests?: readonly InstallManifest[];
  readonly timeoutMs?: number;
  readonly force?: boolean;
  /** `user@host`, for the journal. */
  readonly by: string;
}

/** A Kubernetes object as plain JSON. */
export type InstallManifest = KubeObject & JsonObject;

/**
 * An object as the plain JSON that is journaled and applied. Throws a usage fault when it names no kind or no name. The code is
 * `usage.malformed-manifest`.
 */
export function installManifestOf(object: object): InstallManifest {
  const plain = JSON.parse(JSON.stringify(object)) as InstallManifest;
  if (
    typeof plain.kind !== "string" ||
    typeof plain.apiVersion !== "string" ||
    typeof plain.metadata?.name !== "string"
  ) {
    throw usage(
      "malformed-manifest",
      "a manifest lacks apiVersion, kind or metadata.name",
      "correct it; kubectl shows where with --dry-run=client",
    );
  }
  return plain;
}

/**
 * The resource under which objects of a kind are served; a usage fault for a kind that Karpenter does not have. The code is
 * `usage.foreign-kind`.
 */
export function resourceOf(kind: string): ResourceName {
  for (const name of ["nodepools", "ec2nodeclasses", "provisioners", "awsnodetemplates", "pods"] as const) {
    if (resources[name].kind === kind) return name;
  }
  throw new Fault("usage.foreign-kind", `${kind} is no pool or node class of Karpenter's`, {
    hint: "pass only NodePool, EC2NodeClass, Provisioner and AWSNodeTemplate with --manifests",
  });
}

/** Names of the two Helm releases. */
export const releaseName = "karpenter";
/** The Helm release of the CRD chart. */
export const crdReleaseName = "karpenter-crd";
/** How long the controller and its node classes may take to become ready. */
export const defaultTimeoutMs = 300_000;
