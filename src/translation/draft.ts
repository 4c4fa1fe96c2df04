import type { NodeGroup } from "../autoscaler/types.ts";
import type { RequirementSpec } from "../karpenter/instance-type.ts";
import type { Json, JsonObject, Taint } from "../kube/objects.ts";
import { unique } from "../kube/unique.ts";
import type { Document, Ledger, Path } from "./ledger.ts";

/**
 * One node group on its way to a NodePool and an EC2NodeClass: what its documents said, before groups are compared
 * and merged.
 */
export interface Draft {
  readonly nodeGroup: NodeGroup;
  readonly ledger: Ledger;
  /** Names of instance types in order of preference; empty when requirements describe them. */
  instanceTypes: readonly string[];
  /** Whether the documents named zones, and which. */
  zones: readonly string[];
  arch: readonly string[];
  capacityTypes: readonly string[];
  /** On-demand instances that a mixed instances policy starts first. */
  onDemandBase: number;
  os: "linux" | "windows";
  readonly requirements: RequirementSpec[];
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly taints: Taint[];
  readonly startupTaints: Taint[];
  /** Taints that Cluster Autoscaler was told to overlook on new nodes. */
  readonly startupKeys: ReadonlySet<string>;
  readonly subnets: Set<string>;
  readonly securityGroups: Set<string>;
  /** Tags that the group's subnets have besides the discovery tag, where they are not known by id. */
  readonly subnetTags: Record<string, string>;
  /** What a cluster file calls the group's subnets; nodes of one kind never share a pool with those of the other. */
  subnetKind: "public" | "private" | undefined;
  image: Image | undefined;
  /** Family of the image that the nodes run today, where the new ones get another. */
  familyToday: string | undefined;
  /** The image had to be given by its id: nothing will update it. */
  isImageById: boolean;
  /** Undefined where nothing that was read tells it. */
  max: number | undefined;
  weight: number | undefined;
  expireAfter: string;
  disruption: JsonObject;
  /** EC2NodeClass spec without selectors, image, role and user data. */
  readonly nodeClass: Record<string, Json>;
  readonly kubelet: Record<string, Json>;
  readonly tags: Record<string, string>;
  userData: string | undefined;
  role: Role | undefined;
  /** The field that holds the group's name: its fate is known once pools have names. */
  nameField: readonly [Document, Path] | undefined;
}

/** What EC2NodeClass.spec.amiSelectorTerms and amiFamily become. */
export interface Image {
  readonly family: string;
  readonly terms: readonly JsonObject[];
}

/** Which IAM identity nodes get: exactly one of the two. */
export type Role = { readonly role: string } | { readonly instanceProfile: string };

/** A draft that knows nothing yet but its group. */
export function newDraft(nodeGroup: NodeGroup, ledger: Ledger, startupKeys: ReadonlySet<string>): Draft {
  return {
    nodeGroup,
    ledger,
    instanceTypes: [],
    zones: [],
    arch: [],
    capacityTypes: [],
    onDemandBase: 0,
    os: "linux",
    requirements: [],
    labels: {},
    annotations: {},
    taints: [],
    startupTaints: [],
    startupKeys,
    subnets: new Set(),
    securityGroups: new Set(),
    subnetTags: {},
    subnetKind: undefined,
    image: undefined,
    familyToday: undefined,
    isImageById: false,
    // Known wherever AWS or an eksctl file described the group; a group known by its nodes only is refused for its image.
    max: nodeGroup.max,
    weight: undefined,
    expireAfter: "Never",
    disruption: {},
    nodeClass: {},
    kubelet: {},
    tags: {},
    userData: undefined,
    role: undefined,
    nameField: undefined,
  };
}

/** Adds a taint unless it is there. */
export function addTaint(taints: Taint[], taint: Taint): void {
  const same = (other: Taint): boolean => other.key === taint.key && other.effect === taint.effect;
  if (!taints.some(same)) taints.push(taint);
}

/** Adds zones to those that the documents named so far. */
export function addZones(draft: Draft, zones: Iterable<string>): void {
  draft.zones = unique([...draft.zones, ...zones]);
}
