import type { KarpenterNames } from "../../karpenter/names.ts";
import type { AccountFacts, PlanRefusal, ClusterFacts } from "../setup/facts.ts";
import type { ChartRelease } from "../../kube/helm.ts";
import { type Identity, clusterTag } from "../setup/options.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { Release } from "../../karpenter/releases.ts";

/** Everything that an installation plan depends on, as read before anything is touched. */
export interface InstallFacts {
  readonly readAtMs: number;
  readonly release: Release;
  readonly names: KarpenterNames;
  readonly account: AccountFacts;
  readonly cluster: ClusterFacts;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly identity: Identity;
  readonly controllerRoleArn: string;
  readonly nodeRole: string;
  readonly queueName: string | undefined;
  readonly isIsolated: boolean;
  readonly hasEksEndpoint: boolean;
  readonly replicas: number;
  readonly needsHostNetwork: boolean;
  /** Network interfaces of a node that carry no pods: one with custom networking of the VPC CNI. */
  readonly reservedInterfaces: number;
  readonly hasNamespace: boolean;
  readonly helmVersion: string;
  readonly chartRelease: ChartRelease | undefined;
  readonly crdRelease: ChartRelease | undefined;
  /** Karpenter's CRDs that are there, with the release that owns each. */
  readonly crds: readonly { readonly name: string; readonly owner: string | undefined }[];
  /** Pools and node classes that are there, by `kind/name`. */
  readonly existing: ReadonlyMap<string, KubeObject>;
  readonly refusals: readonly PlanRefusal[];
  readonly warnings: readonly string[];
}

/** Whether an object carries Dovetail's mark of this cluster. */
export function isOurs(object: KubeObject, clusterName: string): boolean {
  return object.metadata.annotations?.[clusterTag] === clusterName;
}
