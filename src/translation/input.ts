import type { Account } from "../aws/account.ts";
import type { VpcCni } from "../aws/vpc-cni.ts";
import type { Release } from "../karpenter/releases.ts";
import type { AutoscalerInstallation, NodeGroup } from "../autoscaler/types.ts";
import type { RequirementSpec } from "../karpenter/instance-type.ts";
import type { Json, JsonObject, Node, Pod } from "../kube/objects.ts";

/** API version of the manifests: 1.x, 0.32 to 0.37, or the 0.16 of the classic guide. */
export type Target = "v1" | "v1beta1" | "v1alpha5";

/**
 * What is known about the cluster whose node groups are translated. Everything but the groups may be missing; what
 * then stays open is a finding.
 */
export interface TranslateInput {
  readonly nodeGroups: readonly NodeGroup[];
  readonly autoscaler?: AutoscalerInstallation;
  readonly account?: Account;
  /** Nodes of the cluster: they tell instance types and zones where the account was not read. */
  readonly nodes?: readonly Node[];
  /** Pods of the cluster: where they run tells which architecture their images have. */
  readonly pods?: readonly Pod[];
  /** How the VPC CNI gives addresses; undefined when nothing that was read tells. */
  readonly cni?: VpcCni;
  /** Subnets to which a cluster file gives names. */
  readonly namedSubnets?: readonly NamedSubnet[];
  readonly clusterName?: string;
  /** `major.minor` of the control plane. */
  readonly kubernetesVersion?: string;
  /** Facts about instance types, where a catalogue is at hand. */
  readonly instanceTypes?: InstanceTypes;
  readonly codecs: Codecs;
}

/** A subnet as an eksctl file knows it: by an id, or by what it has. */
export interface NamedSubnet {
  readonly name: string;
  readonly kind: "public" | "private";
  readonly id?: string;
  readonly cidr?: string;
  readonly zone?: string;
}

/** A catalogue of instance types. */
export interface InstanceTypes {
  /** How many types such requirements of a NodePool admit, zones and capacity types aside. */
  readonly admitted: (requirements: readonly RequirementSpec[]) => number;
  readonly names: readonly string[];
  readonly named: (name: string) => InstanceTypeFacts | undefined;
}

/** What of an instance type limits and architectures depend on. */
export interface InstanceTypeFacts {
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** `amd64` or `arm64`. */
  readonly arch: string;
  /** Pods that the network interfaces allow when so many of them carry none, as Karpenter counts. */
  readonly interfacePods: (reserved: number) => number;
}

/** What the user may decide about a translation. */
export interface TranslateOptions {
  /** The Karpenter that the manifests are for; the default release where none is named. */
  readonly release?: Release;
  /** API version of the manifests; the release's own where none is named. */
  readonly target?: Target;
  /**
   * How node classes find subnets and security groups: by id, by the tag that `setup` puts on them, or (`auto`, the
   * default) by tag where
   * all groups use the same ones and by id where a tag would mix groups up.
   */
  readonly selectors?: "auto" | "ids" | "tags";
  /**
   * `setup` (default): the role that `setup` makes for the cluster. `keep`: the node group's own. Else a role's name.
   */
  readonly nodeRole?: string;
  /** Moves groups on Amazon Linux and on custom images to this family and version, as in an AMI alias: `al2023@latest`. */
  readonly amiAlias?: string;
  /** Only these groups, by name. */
  readonly groups?: readonly string[];
  /** Default true: groups that differ in one of instance types or zones only become one NodePool. */
  readonly merge?: boolean;
  /**
   * Adds the label `eks.amazonaws.com/nodegroup` to the NodePool's nodes so that selectors on it go on working; needs
   * one NodePool per group.
   */
  readonly keepGroupLabel?: boolean;
}

/** Parsers and printers that the pure layers may not import. Parsers throw on malformed text. */
export interface Codecs {
  parseYaml(text: string): Json;
  printYaml(value: Json): string;
  parseToml(text: string): JsonObject;
  printToml(value: JsonObject): string;
}
