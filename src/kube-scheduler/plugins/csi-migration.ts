import type {
  CsiNode,
  JsonObject,
  LabelSelectorRequirement,
  NodeSelectorTerm,
  PersistentVolume,
  Volume,
} from "../../kube/objects.ts";

/** An in-tree volume plugin and the CSI driver that has taken its place (k8s.io/csi-translation-lib). */
interface Migration {
  readonly source: "awsElasticBlockStore" | "gcePersistentDisk" | "azureDisk" | "cinder" | "portworxVolume";
  readonly plugin: string;
  readonly driver: string;
  readonly handle: string;
}

const migrations: readonly Migration[] = [
  { source: "awsElasticBlockStore", plugin: "kubernetes.io/aws-ebs", driver: "ebs.csi.aws.com", handle: "volumeID" },
  { source: "gcePersistentDisk", plugin: "kubernetes.io/gce-pd", driver: "pd.csi.storage.gke.io", handle: "pdName" },
  { source: "azureDisk", plugin: "kubernetes.io/azure-disk", driver: "disk.csi.azure.com", handle: "diskURI" },
  { source: "cinder", plugin: "kubernetes.io/cinder", driver: "cinder.csi.openstack.org", handle: "volumeID" },
  { source: "portworxVolume", plugin: "kubernetes.io/portworx-volume", driver: "pxd.portworx.com", handle: "volumeID" },
];

/** One attachable volume: its driver and what the driver calls it. */
export interface DriverVolume {
  readonly driver: string;
  readonly handle: string;
}

/** Whether a pod's inline volume is of a kind that CSI drivers have taken over. */
export function isMigratable(volume: Volume): boolean {
  return migrations.some(({ source }) => volume[source] !== undefined);
}

/** The driver that has taken over an inline volume's kind; undefined for other volumes. */
export function migratedDriverOf(volume: Volume): string | undefined {
  return migrations.find(({ source }) => volume[source] !== undefined)?.driver;
}

/** An inline volume as its driver sees it; undefined where no driver has taken over. */
export function inlineDriverVolume(volume: Volume, csiNode: CsiNode | undefined): DriverVolume | undefined {
  return driverVolume(volume, csiNode);
}

/** A volume as its driver sees it: what it says itself, or the driver that has taken over its kind; undefined for others. */
export function volumeDriverVolume(volume: PersistentVolume, csiNode: CsiNode | undefined): DriverVolume | undefined {
  const { csi } = volume.spec;
  return csi === undefined
    ? driverVolume(volume.spec, csiNode)
    : { driver: csi.driver, handle: csi.volumeHandle ?? "" };
}

/** The driver that provisions for a class: in-tree names stand for the drivers that have taken over, undefined where none has. */
export function provisioningDriver(provisioner: string, csiNode: CsiNode | undefined): string | undefined {
  const found = migrations.find(({ plugin }) => plugin === provisioner);
  if (found === undefined) return provisioner;
  return isCountedAsCsi(found, csiNode) ? found.driver : undefined;
}

/**
 * A volume's node affinity as it holds on a node: on one whose kubelet has handed in-tree EBS volumes over to the CSI driver, their zone
 * is the driver's own label. Undefined when the volume has none.
 */
export function affinityOfVolume(
  volume: PersistentVolume,
  csiNode: CsiNode | undefined,
): readonly NodeSelectorTerm[] | undefined {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms;
  if (volume.spec.awsElasticBlockStore === undefined || !migratedPlugins(csiNode).includes("kubernetes.io/aws-ebs"))
    return terms;
  return translated(volume, terms);
}

// Plugins that a node's kubelet says it has handed over.
function migratedPlugins(csiNode: CsiNode | undefined): readonly string[] {
  const told = csiNode?.metadata.annotations?.["storage.alpha.kubernetes.io/migrated-plugins"] ?? "";
  return told === "" ? [] : told.split(",");
}

function driverVolume(
  source: { readonly [K in Migration["source"]]?: JsonObject },
  csiNode: CsiNode | undefined,
): DriverVolume | undefined {
  const found = migrations.find((one) => source[one.source] !== undefined);
  if (found === undefined || !isCountedAsCsi(found, csiNode)) return undefined;
  const handle = source[found.source]?.[found.handle];
  return { driver: found.driver, handle: typeof handle === "string" ? handle.replace(/^aws:\/\/[^/]*\//, "") : "" };
}

// nodevolumelimits/utils.go: on by itself save for Portworx, once the node has a CSINode.
function isCountedAsCsi({ plugin }: Migration, csiNode: CsiNode | undefined): boolean {
  if (csiNode === undefined) return false;
  return plugin !== "kubernetes.io/portworx-volume" || migratedPlugins(csiNode).includes(plugin);
}

const zoneLabels = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];
const ebsZone = "topology.ebs.csi.aws.com/zone";

// translateTopologyFromInTreeToCSI: zones of the node affinity, else of the labels; beta regions become today's.
function translated(
  volume: PersistentVolume,
  terms: readonly NodeSelectorTerm[] = [],
): readonly NodeSelectorTerm[] | undefined {
  const has = (key: string): boolean =>
    terms.some((term) => term.matchExpressions?.some((one) => one.key === key) === true);
  const zoneLabel = zoneLabels.find(has) ?? zoneLabels.find((key) => volume.metadata.labels?.[key] !== undefined) ?? "";
  const isBeta = zoneLabel === zoneLabels[1];
  const renamed = (one: LabelSelectorRequirement): LabelSelectorRequirement => {
    if (one.key === zoneLabel) return { ...one, key: ebsZone };
    return isBeta && one.key === "failure-domain.beta.kubernetes.io/region"
      ? { ...one, key: "topology.kubernetes.io/region" }
      : one;
  };
  const next = terms.map((term) => ({ ...term, matchExpressions: (term.matchExpressions ?? []).map(renamed) }));
  if (has(zoneLabel)) return next;
  const zones = (volume.metadata.labels?.[zoneLabel] ?? "").split("__").filter((zone) => zone.trim() !== "");
  if (zones.length === 0) return terms.length === 0 ? undefined : next;
  const topology = { key: ebsZone, operator: "In", values: zones.map((zone) => zone.trim()).toSorted() };
  if (next.length === 0) return [{ matchExpressions: [topology] }];
  return next.map((term) => ({ ...term, matchExpressions: [...term.matchExpressions, topology] }));
}
