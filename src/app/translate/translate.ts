import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import { makeFinding, type Finding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import type { NodePool } from "../../karpenter/api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { usage } from "../../fault/fault.ts";
import { vpcCniOf } from "../../aws/vpc-cni.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { InstanceTypes, TranslateInput, TranslateOptions } from "../../translation/input.ts";
import { bySeverity, translate } from "../../translation/translate.ts";
import type { Translation } from "../../translation/types.ts";
import { discover } from "../read/discover.ts";
import { type Checking, validateManifests, type Violation } from "../../manifests/validate.ts";
import { codecs } from "./codecs.ts";
import type { EksctlCluster } from "./eksctl.ts";

/** What discovery found in a snapshot. */
export interface Discovered {
  readonly nodeGroups: readonly NodeGroup[];
  readonly autoscalers: readonly AutoscalerInstallation[];
}

/** The options of a translation, and facts about instance types where a catalogue is at hand. */
export type SnapshotTranslateOptions = TranslateOptions & {
  readonly instanceTypes?: InstanceTypes;
};

/** Finds the node groups and Cluster Autoscaler of a snapshot and translates them; what the CRDs would refuse is among the findings. */
export function translateSnapshot(snapshot: Snapshot, options: SnapshotTranslateOptions = {}): Translation {
  return translateDiscovered(snapshot, discover(snapshot), options);
}

/** The same with node groups that were found already. */
export function translateDiscovered(
  snapshot: Snapshot,
  discovered: Discovered,
  options: SnapshotTranslateOptions = {},
): Translation {
  requireGroups(discovered.nodeGroups, options);
  const translation = translate(inputOf(snapshot, discovered, options), options);
  return checked(translation, { ...checking(options), stored: storedObjects(snapshot) });
}

/** The NodePools alone, without what the CRDs would say of them. */
export function translatedPools(
  snapshot: Snapshot,
  discovered: Discovered,
  options: SnapshotTranslateOptions = {},
): readonly NodePool[] {
  return translate(inputOf(snapshot, discovered, options), options).groups.map(({ nodePool }) => nodePool);
}

/** Translates the node groups of an eksctl cluster file. */
export function translateEksctl(cluster: EksctlCluster, options: SnapshotTranslateOptions = {}): Translation {
  const { clusterName, kubernetesVersion, namedSubnets, nodeGroups } = cluster;
  requireGroups(nodeGroups, options);
  const input: TranslateInput = {
    nodeGroups,
    namedSubnets,
    codecs,
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(options.instanceTypes === undefined ? {} : { instanceTypes: options.instanceTypes }),
  };
  return checked(translate(input, options), checking(options));
}

function checking({ release }: TranslateOptions): Checking {
  return release === undefined ? {} : { release };
}

// A misspelt group must not look like a group that needs nothing.
function requireGroups(nodeGroups: readonly NodeGroup[], options: TranslateOptions): void {
  const known = new Set(nodeGroups.map((group) => group.name));
  const unknown = (options.groups ?? []).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw usage(
    "no-node-group",
    `there is no node group ${unknown.join(", ")}`,
    `node groups: ${[...known].join(", ") || "none"}`,
  );
}

/** Adds a finding for each rule that a manifest breaks. */
export function checked(translation: Translation, against: Checking = {}): Translation {
  const violations = validateManifests(translation.manifests, against).map(violationFinding);
  return { ...translation, findings: bySeverity([...violations, ...translation.findings]) };
}

function inputOf(snapshot: Snapshot, discovered: Discovered, options: SnapshotTranslateOptions): TranslateInput {
  const [autoscaler] = discovered.autoscalers;
  const { account, clusterName, kubernetesVersion, objects } = snapshot;
  const cni = vpcCniOf(objects);
  return {
    nodeGroups: discovered.nodeGroups,
    codecs,
    ...(autoscaler === undefined ? {} : { autoscaler }),
    ...(account === undefined ? {} : { account }),
    ...(objects.nodes === undefined ? {} : { nodes: objects.nodes }),
    ...(objects.pods === undefined ? {} : { pods: objects.pods }),
    ...(cni === undefined ? {} : { cni }),
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(options.instanceTypes === undefined ? {} : { instanceTypes: options.instanceTypes }),
  };
}

function storedObjects({ objects }: Snapshot): readonly KubeObject[] {
  return [...(objects.nodepools ?? []), ...(objects.ec2nodeclasses ?? [])];
}

function violationFinding(violation: Violation): Finding {
  const { object, path, rule, message } = violation;
  return makeFinding(translationFindings, "DV2031", object, { object, path, rule, message });
}
