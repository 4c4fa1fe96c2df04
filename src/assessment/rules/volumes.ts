import type { Finding } from "../../findings/finding.ts";
import type { Pod } from "../../kube/objects.ts";
import { type ClaimOfPod, indexVolumes, isLocalVolume, type Volumes, zonesOfVolume } from "../../kube/volumes.ts";
import { textAt, textsAt } from "../../kube/json.ts";
import { isSynthesised } from "../../kube/pod.ts";
import type { Facts } from "../facts.ts";
import { found, type AssessmentRule } from "../rule.ts";
import type { WorkloadFacts } from "../workload.ts";

const places: AssessmentRule = {
  codes: ["DV1020", "DV1021"],
  needs: ["pods", "persistentvolumes", "persistentvolumeclaims"],
  check: (facts) => {
    const index = indexVolumes(facts.objects);
    return facts.workloads.flatMap((one) => judgePlaces(one, index));
  },
};

function judgePlaces(one: WorkloadFacts, index: Volumes): Finding[] {
  const claims = claimsOf(one, index);
  const findings: Finding[] = [];
  const local = claims.filter((it) => it.persistentVolume !== undefined && isLocalVolume(it.persistentVolume));
  if (local.length > 0) {
    const volumes = [...new Set(local.map((it) => it.persistentVolume?.metadata.name ?? it.claimName))].sort();
    findings.push(found("DV1021", one.subject, { workload: one.title, volumes }));
  }
  const zonal = claims.filter((it) => zonesOfClaim(it).length > 0 && !local.includes(it));
  if (zonal.length > 0) {
    const zones = [...new Set(zonal.flatMap(zonesOfClaim))].sort();
    findings.push(found("DV1020", one.subject, { workload: one.title, zones, volumes: zonal.length }));
  }
  return findings;
}

function claimsOf(one: WorkloadFacts, index: Volumes): readonly ClaimOfPod[] {
  const seen = new Map<string, ClaimOfPod>();
  for (const pod of one.pods) for (const claim of index.claimsOf(pod)) seen.set(claim.claimName, claim);
  return [...seen.values()];
}

function zonesOfClaim(claim: ClaimOfPod): readonly string[] {
  return claim.persistentVolume === undefined ? [] : (zonesOfVolume(claim.persistentVolume) ?? []);
}

const outside: AssessmentRule = {
  codes: ["DV1049"],
  needs: [
    "pods",
    "persistentvolumes",
    "persistentvolumeclaims",
    "account.subnets",
    ["account.nodegroups", "account.autoScalingGroups"],
  ],
  check: (facts) => {
    const known = zonesOfGroups(facts);
    if (known.length === 0) return [];
    const index = indexVolumes(facts.objects);
    return facts.workloads.flatMap((one) => {
      const zones = [...new Set(claimsOf(one, index).flatMap(zonesOfClaim))]
        .filter((zone) => !known.includes(zone))
        .sort();
      return zones.length === 0 ? [] : [found("DV1049", one.subject, { workload: one.title, zones, known })];
    });
  },
};

/** Zones in which the node groups have subnets. */
function zonesOfGroups(facts: Facts): readonly string[] {
  const zoneOfSubnet = new Map(
    (facts.account?.subnets ?? []).map((subnet) => [
      textAt(subnet, "SubnetId") ?? "",
      textAt(subnet, "AvailabilityZone"),
    ]),
  );
  const ids = facts.nodeGroups.flatMap((group) => [
    ...textsAt(group.nodegroup, "subnets"),
    ...(textAt(group.autoScalingGroup, "VPCZoneIdentifier") ?? "").split(","),
  ]);
  return [...new Set(ids.flatMap((id) => zoneOfSubnet.get(id) ?? []))].sort();
}

const refusedClaims: AssessmentRule = {
  codes: ["DV1022"],
  needs: ["live pods", "persistentvolumeclaims", "storageclasses"],
  betterWith: ["persistentvolumes"],
  check: (facts) => {
    const index = indexVolumes(facts.objects);
    return facts.workloads.flatMap((one) => {
      const live = one.pods.filter((pod) => !isSynthesised(pod));
      const problems = [...new Set(live.flatMap((pod) => problemsOf(facts, pod, index)))].sort();
      return problems.length === 0 ? [] : [found("DV1022", one.subject, { workload: one.title, problems })];
    });
  },
};

/** Karpenter's checks of a pending pod's claims (volumetopology.go, ValidatePersistentVolumeClaims). */
function problemsOf(facts: Facts, pod: Pod, index: Volumes): readonly string[] {
  return index.claimsOf(pod).flatMap(({ claimName, claim, persistentVolume, storageClass, volume }) => {
    const isEphemeral = pod.spec.volumes?.some((it) => it.name === volume && it.ephemeral !== undefined) === true;
    if (claim === undefined) return isEphemeral ? [] : [`claim ${claimName} does not exist`];
    if (claim.status?.phase === "Lost") return [`claim ${claimName} has lost its volume`];
    if (claim.metadata.deletionTimestamp !== undefined) return [`claim ${claimName} is being deleted`];
    const name = claim.spec.volumeName ?? "";
    if (name !== "") {
      const isMissing = facts.objects.persistentvolumes !== undefined && persistentVolume === undefined;
      return isMissing ? [`claim ${claimName} is bound to the volume ${name}, which does not exist`] : [];
    }
    const wanted = claim.spec.storageClassName ?? "";
    if (storageClass === undefined) {
      return [
        wanted === ""
          ? `claim ${claimName} is unbound and names no StorageClass`
          : `StorageClass ${wanted} does not exist`,
      ];
    }
    const isImmediate = storageClass.volumeBindingMode === "Immediate";
    return isImmediate
      ? [`claim ${claimName} is unbound and its StorageClass ${storageClass.metadata.name} binds immediately`]
      : [];
  });
}

/** Volumes. */
export const volumeRules: readonly AssessmentRule[] = [places, outside, refusedClaims];
