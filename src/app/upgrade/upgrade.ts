import { usage } from "../../fault/fault.ts";
import { isNodeClass, isNodePool } from "../../forecast/pools.ts";
import { type KarpenterInstallation, karpentersOf } from "../../karpenter/installations.ts";
import { defaultRelease, nearReleases } from "../../karpenter/releases.ts";
import { isBefore, type Station, stationOf, upgradableMinors } from "../../karpenter/upgrade-path.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { planUpgrade } from "../../migration/upgrade/plan.ts";
import type { UpgradePlan } from "../../migration/upgrade/types.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { Manifest } from "../../translation/assemble.ts";
import { betaManifests } from "../../translation/target.ts";
import { convertSnapshot } from "../convert/convert.ts";

/** What an upgrade is asked for. */
export interface UpgradeOptions {
  /** The release that is wanted; the default one where none is named. */
  readonly to?: string;
  /** The release that runs, where the cluster does not say. */
  readonly installed?: string;
  readonly nodeRole?: string;
  /** Options that name the source, for reading commands of ours, and for `setup`, which reads no files. */
  readonly sourceWords: string;
  readonly setupWords: string;
}

/**
 * The plan of an upgrade for a cluster. Throws usage faults for a release that is unknown (`usage.unknown-karpenter`) or older than what
 * runs (`usage.upgrade`), for a cluster without a Karpenter (`usage.no-karpenter`), and for one whose image names none
 * (`usage.karpenter-image`).
 */
export function upgradePlan(snapshot: Snapshot, options: UpgradeOptions): UpgradePlan {
  const to = wanted(options.to);
  const installation = runningOf(snapshot);
  const from = installed(installation, options.installed);
  if (isBefore(to, from)) {
    throw usage(
      "upgrade",
      `Karpenter ${to.version} is older than ${from.version}, which runs`,
      "name a newer one with --karpenter-version; each step of a plan says what takes it back",
    );
  }
  const conversion = convertSnapshot(snapshot, options.nodeRole === undefined ? {} : { nodeRole: options.nodeRole });
  const current = [...(snapshot.objects.nodepools ?? []), ...(snapshot.objects.ec2nodeclasses ?? [])];
  const v1 = [...conversion.manifests, ...current.filter((one) => isStable(one, conversion.manifests))];
  return planUpgrade({
    clusterName: snapshot.clusterName,
    region: snapshot.account?.region,
    accountId: snapshot.account?.accountId,
    kubernetesVersion: snapshot.kubernetesVersion,
    objects: snapshot.objects,
    installation,
    from,
    to,
    v1: conversion.manifests,
    v1beta1: from.apis.includes("v1alpha5") ? betaOf(v1) : [],
    conversionFindings: conversion.findings,
    sourceWords: after(options.sourceWords),
    setupWords: after(options.setupWords),
    readAt: snapshot.readAt,
  });
}

/** An object of v1 already, that the conversion does not repeat. */
function isStable(object: KubeObject, converted: readonly Manifest[]): boolean {
  const isRepeated = converted.some(
    ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
  );
  return !isRepeated && object.apiVersion.endsWith("/v1");
}

function after(words: string): string {
  return words === "" ? "" : ` ${words}`;
}

function betaOf(v1: readonly KubeObject[]): readonly Manifest[] {
  return betaManifests(v1.filter(isNodePool), v1.filter(isNodeClass), 32);
}

function wanted(version: string | undefined): Station {
  const station = stationOf(version ?? defaultRelease.version);
  if (station !== undefined) return station;
  throw unknownRelease(version ?? "", "--karpenter-version");
}

/** The controller that runs, where several are deployed; undefined where none is. */
function runningOf({ objects }: Snapshot): KarpenterInstallation | undefined {
  const all = karpentersOf(objects);
  return all.find(({ replicas }) => replicas > 0) ?? all[0];
}

function installed(installation: KarpenterInstallation | undefined, told: string | undefined): Station {
  if (told !== undefined) {
    const station = stationOf(told);
    if (station !== undefined) return station;
    throw unknownRelease(told, "--installed");
  }
  if (installation === undefined) {
    throw usage(
      "no-karpenter",
      "no Karpenter runs in this cluster: there is nothing to upgrade",
      "pass --installed with the release that runs, if the source holds only " +
        "manifests; for a new one, `dovetail setup` and `dovetail install`",
    );
  }
  const { image, version } = installation;
  const station = version === undefined ? undefined : stationOf(version);
  if (station !== undefined) return station;
  const why = version === undefined ? "names no release" : `is of Karpenter ${version}, which Dovetail does not know`;
  throw usage(
    "karpenter-image",
    `the image of the cluster's Karpenter, ${image === "" ? "which is not set," : image}, ${why}`,
    `pass --installed with the release that it is, from ${upgradableMinors[0] ?? ""} to ${upgradableMinors.at(-1) ?? ""}`,
  );
}

function unknownRelease(version: string, flag: string): Error {
  const known = `${upgradableMinors[0] ?? ""} to ${upgradableMinors.at(-1) ?? ""}`;
  return usage(
    "unknown-karpenter",
    `Karpenter ${version} is not a release that Dovetail knows`,
    `pass ${flag} with one of ${known}, for example ${nearReleases(version).join(", ")}`,
  );
}
