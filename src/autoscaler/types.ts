import type { JsonObject, Labels, Taint } from "../kube/objects.ts";

/** A Cluster Autoscaler found in the cluster, with everything its decisions depend on. Source: spec of CA discovery (F). */
export interface AutoscalerInstallation {
  readonly namespace: string;
  readonly deployment: string;
  readonly replicas: number;
  /** Image tag's version `1.32.1`; undefined when the tag does not say. */
  readonly version: string | undefined;
  readonly image: string;
  /** Every flag as given, without leading dashes, last value wins except for repeatable ones. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** Expanders in order, the version's default filled in. */
  readonly expanders: readonly string[];
  readonly foundBy: readonly string[];
  readonly helmRelease?: string;
  readonly status?: JsonObject;
  readonly priorities?: ReadonlyMap<number, readonly string[]>;
}

/** What CA scales: one Auto Scaling group, joined with its managed node group and launch template where it has them. */
export interface NodeGroup {
  /** EKS node group name, else the Auto Scaling group's name. */
  readonly name: string;
  readonly kind: "managed" | "self-managed";
  readonly autoScalingGroupName: string | undefined;
  /** Sizes are undefined when nothing that was read tells them (dumps without the account). */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly desired: number | undefined;
  /** Whether CA manages it (by discovery tags or `--nodes`); undefined when that could not be known. */
  readonly isManagedByAutoscaler: boolean | undefined;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly nodeNames: readonly string[];
  readonly nodegroup?: JsonObject;
  readonly autoScalingGroup?: JsonObject;
  readonly launchTemplateVersion?: JsonObject;
  readonly launchConfiguration?: JsonObject;
  /** What the group says it launches with, when that was not read: `launch template web, version 3`. */
  readonly unreadLaunch?: string;
  /** The group as an eksctl cluster file writes it, where it comes from such a file and not from AWS. */
  readonly eksctl?: JsonObject;
}
