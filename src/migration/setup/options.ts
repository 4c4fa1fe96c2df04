/** How Karpenter's controller gets AWS credentials. */
export type Identity = "irsa" | "pod-identity";

/** What the user may choose about a setup. Everything else follows from the cluster. */
export interface SetupOptions {
  readonly cluster?: string;
  readonly karpenterVersion?: string;
  readonly identity?: Identity;
  /** Names of the node groups whose subnets and security groups Karpenter's nodes will use; all of them by default. */
  readonly nodeGroups?: readonly string[];
  /** An existing node role to reuse instead of creating one. */
  readonly nodeRole?: string;
  /** Namespace of the controller; the release's own by default. */
  readonly namespace?: string;
  readonly permissionsBoundary?: string;
  /** False: leave subnets and security groups untagged; node classes then select them by id. */
  readonly discoveryTags?: boolean;
  /** Goes on although the Kubernetes version, the endpoint or the permissions say otherwise. */
  readonly force?: boolean;
  /** `user@host`, for the journal. */
  readonly by: string;
}

/** Names the plan that made a resource. */
export const planTag = "dovetail.dev/plan";
/** Names the cluster that a resource was made for. */
export const clusterTag = "dovetail.dev/cluster";
