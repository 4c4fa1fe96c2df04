import type { Ec2NodeClass } from "../karpenter/api.ts";
import { familyOf } from "../karpenter/aws/families.ts";
import { wholeBytes } from "../karpenter/aws/capacity.ts";
import { specOf } from "../karpenter/aws/node-class.ts";
import { numberAt, objectsAt, textAt } from "../kube/json.ts";
import { tagsOf } from "../aws/tags.ts";
import { instanceIdOf } from "../kube/node.ts";
import type { Node } from "../kube/objects.ts";
import type { PriceSource } from "../money/price-book.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { fixedCost, hoursPerMonth, sumCosts, unknownCost } from "../money/cost.ts";
import type { CostRange } from "../money/types.ts";

/** USD per GiB and month in us-east-1, EBS list prices; extra IOPS and throughput are not counted. */
const usdPerGibMonth: Readonly<Record<string, number>> = {
  gp3: 0.08,
  gp2: 0.1,
  io1: 0.125,
  io2: 0.125,
  st1: 0.045,
  sc1: 0.015,
  standard: 0.05,
};
const gib = 2 ** 30;

/** Where the prices above come from. */
export function volumePriceSource(region: string): PriceSource {
  const isOwn = region === "us-east-1";
  const name = isOwn ? "EBS list prices us-east-1" : `EBS list prices of us-east-1, standing in for ${region}`;
  return { name, date: "2026-07-06", isEstimate: !isOwn, ...(isOwn ? {} : { estimates: "region" as const }) };
}

/** Disks of today's nodes, without those that persistent volumes made. Unknown when the account's volumes were not read. */
export function volumesToday(snapshot: Snapshot, nodes: readonly Node[]): CostRange {
  const volumes = snapshot.account?.volumes;
  if (volumes === undefined) return unknownCost;
  const ids = new Set(nodes.flatMap((node) => instanceIdOf(node) ?? []));
  const seen = new Set<string>();
  const costs = volumes.flatMap((volume) => {
    const holders = objectsAt(volume["Attachments"]).flatMap((one) => textAt(one["InstanceId"]) ?? []);
    const ours = holders.filter((id) => ids.has(id));
    const tags = tagsOf(volume["Tags"]);
    if (ours.length === 0 || claimTags.some((tag) => tags[tag] !== undefined)) return [];
    for (const id of ours) seen.add(id);
    return [fixedCost(hourly(numberAt(volume["Size"]), textAt(volume["VolumeType"])))];
  });
  // A node without a single volume was not seen: every EC2 node boots from one.
  return seen.size < nodes.length ? unknownCost : sumCosts(costs);
}

/** What marks the disk of a persistent volume: Kubernetes' own tag, and the EBS CSI driver's where it leaves that one out. */
const claimTags = ["kubernetes.io/created-for/pvc/name", "CSIVolumeName"] as const;

/** Disks that a node of a NodeClass would get. An image's own disks are unknown for the Custom family. */
export function volumesOfNode(nodeClass: Ec2NodeClass): CostRange {
  const spec = specOf(nodeClass);
  const mappings = spec.blockDeviceMappings ?? [];
  if (mappings.length > 0) {
    return sumCosts(
      mappings.map((one) => {
        const size = one.ebs?.volumeSize;
        return size === undefined
          ? unknownCost
          : fixedCost(hourly(Math.ceil(wholeBytes(String(size)) / gib), one.ebs?.volumeType));
      }),
    );
  }
  const family = familyOf(spec);
  if (family.name === "Custom") return unknownCost;
  const defaults = family.name === "Bottlerocket" ? 4 + 20 : wholeBytes(String(family.ephemeralSize)) / gib;
  return fixedCost(hourly(defaults, "gp3"));
}

function hourly(sizeGib: number | undefined, type: string | undefined): number | undefined {
  const price = usdPerGibMonth[type ?? "gp2"];
  return sizeGib === undefined || price === undefined ? undefined : (sizeGib * price) / hoursPerMonth;
}
