import type { ClusterIdentity } from "../plan.ts";
import type { RoleFacts } from "../../aws/account.ts";
import type { Release } from "../../karpenter/releases.ts";
import type { KarpenterNames } from "../../karpenter/names.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Identity } from "./options.ts";

/** Why a command does not go ahead, and what would let it. */
export interface PlanRefusal extends JsonObject {
  readonly reason: string;
  readonly fix: string;
}

/** Everything that a setup plan depends on, as read before anything is touched. The plan is a pure function of it. */
export interface SetupFacts {
  readonly readAtMs: number;
  readonly release: Release;
  readonly names: KarpenterNames;
  readonly account: AccountFacts;
  readonly cluster: ClusterFacts;
  readonly identity: Identity;
  readonly identityWhy: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly nodeGroups: readonly GroupFacts[];
  readonly network: NetworkFacts;
  readonly roles: Readonly<Record<string, RoleState | undefined>>;
  readonly policies: Readonly<Record<string, PolicyState | undefined>>;
  readonly instanceProfile: JsonObject | undefined;
  readonly oidcProvider: OidcState | undefined;
  readonly association: JsonObject | undefined;
  readonly accessEntry: JsonObject | undefined;
  /** `data.mapRoles` as written; undefined when the ConfigMap is absent or was not asked for. */
  readonly mapRoles: string | undefined;
  readonly queue: QueueState | undefined;
  readonly rules: Readonly<Record<string, RuleState | undefined>>;
  readonly hasSpotRole: boolean;
  /** Roles of the node groups of today with their policies, as far as they could be read. */
  readonly oldRoles: readonly RoleFacts[];
  /** The VPC CNI assigns IPv6 addresses by the role of its node: the cluster is IPv6 and the CNI has no role of its own. */
  readonly needsIpv6Policy: boolean;
  /** What would make a plan senseless or harmful: Auto Mode, another Karpenter, an unsupported version. */
  readonly refusals: readonly PlanRefusal[];
  readonly warnings: readonly string[];
}

/** The AWS account and region, and who we are in it. */
export interface AccountFacts {
  readonly id: string;
  readonly partition: string;
  readonly region: string;
  readonly dnsSuffix: string;
  readonly callerArn: string;
}

/** The cluster that a plan over these facts is for. */
export function plannedCluster(facts: {
  readonly cluster: Pick<ClusterFacts, "name" | "server">;
  readonly account: Pick<AccountFacts, "id" | "region">;
}): ClusterIdentity {
  const { cluster, account } = facts;
  return { name: cluster.name, region: account.region, accountId: account.id, server: cluster.server };
}

/** The EKS cluster as AWS and the kubeconfig describe it. */
export interface ClusterFacts {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly endpoint: string;
  readonly server: string;
  readonly context: string;
  readonly issuer: string | undefined;
  readonly authenticationMode: "CONFIG_MAP" | "API_AND_CONFIG_MAP" | "API";
  readonly vpcId: string | undefined;
  readonly securityGroupId: string | undefined;
  readonly hasPodIdentityAgent: boolean;
  readonly isAutoMode: boolean;
  readonly isIpv6: boolean;
}

/** A node group as far as setup cares: where its nodes stand and under which role. */
export interface GroupFacts {
  readonly name: string;
  readonly kind: "managed" | "self-managed";
  readonly roleArn: string | undefined;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly isWindows: boolean;
}

/** Where the nodes of the chosen groups stand. */
export interface NetworkFacts {
  readonly subnets: readonly TaggedResource[];
  readonly securityGroups: readonly TaggedResource[];
  /** No way out of the VPC from the chosen subnets; undefined when the route tables could not be read. */
  readonly isIsolated: boolean | undefined;
  readonly missingEndpoints: readonly string[];
}

/** A subnet or security group with its tags. */
export interface TaggedResource {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A role as IAM shows it. */
export interface RoleState {
  readonly arn: string;
  readonly trust: Json | undefined;
  readonly attached: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** A customer-managed policy as IAM shows it. */
export interface PolicyState {
  readonly arn: string;
  readonly document: Json | undefined;
  readonly versionId: string;
  readonly attachmentCount: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The cluster's OIDC provider as IAM shows it. */
export interface OidcState {
  readonly arn: string;
  readonly clientIds: readonly string[];
}

/** A queue as SQS shows it. */
export interface QueueState {
  readonly url: string;
  readonly arn: string;
  readonly policy: Json | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** A rule as EventBridge shows it. */
export interface RuleState {
  readonly arn: string;
  readonly pattern: Json | undefined;
  readonly isEnabled: boolean;
  readonly targetArns: readonly string[];
}
