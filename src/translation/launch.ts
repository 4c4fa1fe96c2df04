import type { Json } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import { defined, flagAt, isObject, listAt, numberAt, objectAt, textAt, textsAt, valueAt } from "../kube/json.ts";
import type { Document, Loss, Path } from "./ledger.ts";
import { takeInstanceTag } from "./tags.ts";

/** A part of a launch template or launch configuration: the document and where in it the part lies. */
export interface Part {
  readonly document: Document;
  readonly path: readonly (string | number)[];
}

/** Points into a document. */
export function part(document: Document, ...path: readonly (string | number)[]): Part {
  return { document, path };
}

function below(from: Part, ...path: readonly (string | number)[]): Part {
  return { document: from.document, path: [...from.path, ...path] };
}

function valueOf(from: Part): Json | undefined {
  return valueAt(from.document.content, ...from.path);
}

/** Disks. Karpenter merges nothing into given mappings, so the root volume is marked and always there. */
export function takeBlockDevices(draft: Draft, from: Part): void {
  const list = listAt(valueOf(from));
  if (list.length === 0) return from.document.lost(from.path, { why: "no disks are listed", risk: "none" });
  const mappings: Json[] = [];
  list.forEach((item, index) => {
    const mapping = blockDevice(item, below(from, index));
    if (mapping !== undefined) mappings.push(mapping);
  });
  if (mappings.length > 0) draft.nodeClass["blockDeviceMappings"] = mappings;
}

const diskFields: readonly (readonly [field: string, to: string])[] = [
  ["DeleteOnTermination", "deleteOnTermination"],
  ["Encrypted", "encrypted"],
  ["Iops", "iops"],
  ["KmsKeyId", "kmsKeyID"],
  ["SnapshotId", "snapshotID"],
  ["Throughput", "throughput"],
  ["VolumeInitializationRate", "volumeInitializationRate"],
  ["VolumeType", "volumeType"],
];

function blockDevice(item: Json, from: Part): Json | undefined {
  const { document, path } = from;
  const to = "EC2NodeClass spec.blockDeviceMappings";
  const ebs = objectAt(item, "Ebs");
  if (Object.keys(ebs).length === 0) {
    document.lost(path, {
      why: "instance store volumes and unmapped devices are not listed in an EC2NodeClass",
      risk: "local disks stay unformatted unless instanceStorePolicy is RAID0",
      fix: "set instanceStorePolicy: RAID0 if pods use the local disks as ephemeral storage",
    });
    return undefined;
  }
  const size = numberAt(ebs, "VolumeSize");
  const target: Record<string, Json | undefined> = { volumeSize: size === undefined ? undefined : `${size}Gi` };
  document.kept([...path, "DeviceName"], `${to}[].deviceName`);
  document.kept([...path, "Ebs", "VolumeSize"], `${to}[].ebs.volumeSize`);
  for (const [field, name] of diskFields) {
    target[name] = ebs[field];
    document.kept([...path, "Ebs", field], `${to}[].ebs.${name}`);
  }
  // The API wants a size or a snapshot; EC2 takes the image's size where neither is given.
  if (size === undefined && ebs["SnapshotId"] === undefined) target["volumeSize"] = "20Gi";
  document.lost([...path, "NoDevice"], { why: "suppresses a device of the image", risk: "none" });
  document.lost([...path, "VirtualName"], { why: "names an instance store volume", risk: "none" });
  return defined({ deviceName: textAt(item, "DeviceName"), ebs: defined(target) });
}

/** Instance metadata service. */
export function takeMetadataOptions(draft: Draft, from: Part): void {
  const options = objectAt(valueOf(from));
  const to = "EC2NodeClass spec.metadataOptions";
  const fields: [string, string][] = [
    ["HttpEndpoint", "httpEndpoint"],
    ["HttpProtocolIpv6", "httpProtocolIPv6"],
    ["HttpPutResponseHopLimit", "httpPutResponseHopLimit"],
    ["HttpTokens", "httpTokens"],
  ];
  const target: Record<string, Json | undefined> = { ...objectAt(draft.nodeClass["metadataOptions"]) };
  for (const [field, name] of fields) {
    if (options[field] === undefined) continue;
    target[name] = options[field];
    from.document.kept([...from.path, field], `${to}.${name}`);
  }
  from.document.state([...from.path, "State"]);
  from.document.lost([...from.path, "InstanceMetadataTags"], {
    why: "an EC2NodeClass cannot open instance tags in the metadata service",
    risk: options["InstanceMetadataTags"] === "enabled" ? "software that reads tags from metadata fails" : "none",
    ...(options["InstanceMetadataTags"] === "enabled" ? { fix: "let it call ec2:DescribeTags instead" } : {}),
  });
  if (Object.keys(target).length > 0) draft.nodeClass["metadataOptions"] = defined(target);
}

/** Network interfaces carry security groups, public addresses and EFA. */
export function takeNetworkInterfaces(draft: Draft, from: Part): void {
  const interfaces = listAt(valueOf(from));
  // Like a template's own list, groups of its interfaces replace the cluster's group in a managed node group.
  const hasGroups = interfaces.some((item) => textsAt(item, "Groups").length > 0);
  if (hasGroups && draft.nodeGroup.kind === "managed") draft.securityGroups.clear();
  interfaces.forEach((item, index) => {
    const { document, path } = below(from, index);
    const at = (...more: (string | number)[]): (string | number)[] => [...path, ...more];
    for (const group of textsAt(item, "Groups")) draft.securityGroups.add(group);
    document.kept(at("Groups"), "EC2NodeClass spec.securityGroupSelectorTerms");
    const isPublic = flagAt(item, "AssociatePublicIpAddress");
    if (isPublic !== undefined) draft.nodeClass["associatePublicIPAddress"] = isPublic;
    document.kept(at("AssociatePublicIpAddress"), "EC2NodeClass spec.associatePublicIPAddress");
    const prefixes = numberAt(item, "Ipv4PrefixCount");
    if (prefixes !== undefined) draft.nodeClass["ipPrefixCount"] = prefixes;
    document.kept(at("Ipv4PrefixCount"), "EC2NodeClass spec.ipPrefixCount");
    const subnet = textAt(item, "SubnetId");
    if (subnet !== undefined) draft.subnets.add(subnet);
    document.kept(at("SubnetId"), "EC2NodeClass spec.subnetSelectorTerms");
    document.changed(at("InterfaceType"), {
      to: "EFA on demand",
      becomes: "",
      why: "Karpenter attaches EFA interfaces to nodes whose pods request vpc.amazonaws.com/efa",
    });
    for (const field of ["DeviceIndex", "NetworkCardIndex", "DeleteOnTermination"]) {
      document.lost(at(field), { why: "Karpenter lays out the interfaces itself", risk: "none" });
    }
    document.lost(at("Description"), { why: "interfaces get no description", risk: "none" });
  });
}

/** Tags of instances, volumes and interfaces. Karpenter gives all of them the same tags. */
export function takeTagSpecifications(draft: Draft, from: Part): void {
  listAt(valueOf(from)).forEach((item, index) => {
    const { document, path } = below(from, index);
    const resource = textAt(item, "ResourceType") ?? "";
    document.kept([...path, "ResourceType"], "EC2NodeClass spec.tags go on instances, volumes and interfaces alike");
    listAt(item, "Tags").forEach((tag, i) => {
      const at = [...path, "Tags", i];
      const [key, value] = [textAt(tag, "Key") ?? "", textAt(tag, "Value") ?? ""];
      if (resource === "instance" || draft.tags[key] === undefined)
        takeInstanceTag(draft, [key, value], [document, at]);
      else if (draft.tags[key] === value) document.kept(at, "EC2NodeClass spec.tags");
      else {
        document.lost(at, {
          why: `instances have another value for ${key}, and Karpenter tags everything alike`,
          risk: `${resource} gets ${key}=${draft.tags[key]}`,
          fix: "tag volumes through the EBS CSI driver's extraVolumeTags, or use one value",
          severity: "info",
        });
      }
    });
  });
}

/** Placement: groups and dedicated tenancy exist, hosts do not. */
export function takePlacement(draft: Draft, from: Part): void {
  const placement = valueOf(from);
  const { document, path } = from;
  const tenancy = textAt(placement, "Tenancy");
  if (tenancy === "dedicated") {
    draft.requirements.push({ key: "karpenter.k8s.aws/instance-tenancy", operator: "In", values: ["dedicated"] });
    document.kept([...path, "Tenancy"], "NodePool spec.template.spec.requirements[karpenter.k8s.aws/instance-tenancy]");
  } else if (tenancy === "host") document.lost([...path, "Tenancy"], dedicatedHost);
  else document.kept([...path, "Tenancy"], "the default of Karpenter");
  for (const field of ["HostId", "HostResourceGroupArn", "Affinity"]) document.lost([...path, field], dedicatedHost);
  for (const [field, name] of [
    ["GroupName", "name"],
    ["GroupId", "id"],
  ] as const) {
    const value = textAt(placement, field);
    if (value !== undefined) draft.nodeClass["placementGroupSelector"] = { [name]: value };
    document.kept([...path, field], `EC2NodeClass spec.placementGroupSelector.${name}`);
  }
  document.lost([...path, "PartitionNumber"], {
    why: "Karpenter chooses the partition",
    risk: "nodes may land in other partitions",
    fix: "require karpenter.k8s.aws/placement-group-partition on the pods that need one",
  });
  document.lost([...path, "AvailabilityZone"], { why: "subnets decide the zone", risk: "none" });
  document.lost([...path, "SpreadDomain"], { why: "not used with EC2 instances", risk: "none" });
}

const dedicatedHost: Loss = {
  why: "Karpenter does not launch on dedicated hosts",
  risk: "software licensed per host would run on shared hardware",
  fix: "leave this node group as it is and out of the migration",
  severity: "error",
};

/** Capacity reservations, as launch templates and Auto Scaling groups write them. */
export function takeReservation(draft: Draft, from: Part): void {
  const value = valueOf(from);
  if (!isObject(value)) return;
  const { document, path } = from;
  const ids = [
    textAt(value, "CapacityReservationTarget", "CapacityReservationId"),
    ...textsAt(value, "CapacityReservationTarget", "CapacityReservationIds"),
  ].filter((id): id is string => id !== undefined);
  if (ids.length > 0) {
    draft.nodeClass["capacityReservationSelectorTerms"] = ids.map((id) => ({ id }));
    draft.capacityTypes = [...new Set(["reserved", ...draft.capacityTypes])];
    document.kept(path, "EC2NodeClass spec.capacityReservationSelectorTerms");
    return;
  }
  const preference = textAt(value, "CapacityReservationPreference") ?? "default";
  if (preference === "none" || preference === "default") {
    document.lost(path, { why: "names no reservation", risk: "none" });
  } else {
    document.lost(path, {
      why: "Karpenter uses reservations that an EC2NodeClass selects, by id or tag, and does not take whatever is open",
      risk: "paid reservations may stay unused",
      fix:
        "list the reservations in EC2NodeClass.spec.capacityReservationSelectorTerms and allow " +
        "capacity type reserved",
    });
  }
}

/** Where a group names what it launches with: its settings have their say there, or none where it was not read (DV2039). */
export function takeLaunch(draft: Draft, document: Document, path: Path): void {
  if (draft.nodeGroup.unreadLaunch === undefined) {
    document.kept(path, "what is written there");
    return;
  }
  document.lost(path, { why: "it was not read", risk: "what it sets is in no manifest" });
}
