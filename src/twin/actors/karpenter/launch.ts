import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { labelFamily, labelKeys } from "../../../karpenter/labels.ts";
import type { InstanceType, Offering, RequirementSpec } from "../../../karpenter/instance-type.ts";
import { compatible, fromSpecs } from "../../../karpenter/requirements.ts";
import type { JsonObject, Labels, ResourceTexts } from "../../../kube/objects.ts";
import { formatQuantity, type Quantity } from "../../../kube/quantity.ts";
import { merge, parseResources, type ResourceList, subtract } from "../../../kube/resource-list.ts";
import { Fault } from "../../../fault/fault.ts";
import { at, isList, str } from "../../store/objects.ts";
import { launchInstance } from "../../account/instances.ts";
import type { Row } from "../../account/state.ts";
import { type Core, recordEvent, timestamp } from "../../world/core.ts";
import { poolKey } from "../../../karpenter/aws/unavailable.ts";
import { nodeClassAnnotations } from "./drift.ts";
import { by, nodeClassOf } from "./memory.ts";
import { instanceTypesOf } from "./types.ts";

const unavailableMs = 180_000;
const maxTypes = 60;

interface Override {
  readonly type: InstanceType;
  readonly zone: string;
  readonly capacityType: string;
  readonly price: number;
}

/** CreateFleet for one NodeClaim: the cheapest offering that EC2 grants. Without any the claim is deleted, and its pods try again later. */
export function launch(core: Core, claim: NodeClaim, pool: NodePool): boolean {
  const nodeClass = nodeClassOf(core, pool);
  const types = instanceTypesOf(core, pool).filter((type) => imageFor(nodeClass?.status ?? {}, type) !== "");
  const overrides = overridesOf(claim, types);
  for (const override of overrides) {
    const subnet = subnetIn(core, nodeClass?.status ?? {}, override.zone);
    if (subnet === undefined) continue;
    try {
      const instance = start(core, { claim, pool, override, subnet, status: nodeClass?.status ?? {} });
      const made = launched(core, claim, override, instance);
      const hashes = nodeClass === undefined ? {} : nodeClassAnnotations(nodeClass);
      const metadata = { ...made.metadata, annotations: { ...made.metadata.annotations, ...hashes } };
      core.api.put(by, "nodeclaims", { ...made, metadata });
      return true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const key = poolKey({ type: override.type.name, zone: override.zone, capacityType: override.capacityType });
      core.state.karpenter.unavailableUntilMs[key] = core.nowMs() + unavailableMs;
    }
  }
  recordEvent(core, claim, {
    type: "Warning",
    reason: "InsufficientCapacityError",
    message: `NodeClaim ${claim.metadata.name} event: all requested instance types were unavailable during launch`,
    from: by,
  });
  const stored = core.api.find("nodeclaims", claim.metadata.name);
  if (stored !== undefined) core.api.remove(by, "nodeclaims", stored);
  return false;
}

// Spot when it is admitted and to be had, else on-demand; spot dearer than the cheapest on-demand is left out.
function overridesOf(claim: NodeClaim, types: readonly InstanceType[]): readonly Override[] {
  const family = labelFamily("aws");
  const wanted = fromSpecs(claim.spec.requirements ?? [], family);
  const requests = parseResources(claim.spec.resources?.requests);
  const all: Override[] = [];
  for (const type of types) {
    if (!compatible(wanted, fromSpecs(type.requirements, family), family.wellKnown)) continue;
    if (requests.ok && !fitsIn(requests.value, allocatableOf(type))) continue;
    for (const offering of type.offerings) {
      if (!offering.available || offering.isPriceKnown === false) continue;
      if (!compatible(wanted, fromSpecs(offering.requirements, family), family.wellKnown)) continue;
      all.push({
        type,
        zone: valueOf(offering, labelKeys.zone),
        capacityType: valueOf(offering, labelKeys.capacityType),
        price: offering.price,
      });
    }
  }
  const onDemand = all.filter((one) => one.capacityType === "on-demand");
  const cheapest = Math.min(...onDemand.map((one) => one.price));
  const spot = all.filter((one) => one.capacityType === "spot" && one.price <= cheapest);
  return [...cheapestFirst(spot), ...cheapestFirst(onDemand)].slice(0, maxTypes * 6);
}

function cheapestFirst(overrides: readonly Override[]): readonly Override[] {
  const key = (one: Override): string => `${one.type.name} ${one.zone}`;
  return overrides.toSorted((a, b) => a.price - b.price || (key(a) < key(b) ? -1 : 1));
}

function fitsIn(wanted: ResourceList, total: ResourceList): boolean {
  return [...wanted].every(([name, amount]) => amount <= (total.get(name) ?? 0n));
}

function valueOf(offering: Offering | InstanceType, key: string): string {
  return offering.requirements.find((one) => one.key === key)?.values?.[0] ?? "";
}

function subnetIn(core: Core, status: JsonObject, zone: string): string | undefined {
  const subnets = isList(status["subnets"]) ? status["subnets"] : [];
  const ids = subnets.filter((one) => at(one, "zone") === zone).map((one) => str(at(one, "id")));
  const free = (id: string): number => Number(core.aws.table("ec2.subnets")[id]?.["AvailableIpAddressCount"] ?? 0);
  return ids.toSorted((a, b) => free(b) - free(a))[0];
}

function start(
  core: Core,
  made: {
    readonly claim: NodeClaim;
    readonly pool: NodePool;
    readonly override: Override;
    readonly subnet: string;
    readonly status: JsonObject;
  },
): Row {
  const { claim, pool, override, status } = made;
  const groups = isList(status["securityGroups"]) ? status["securityGroups"].map((one) => str(at(one, "id"))) : [];
  const image = imageFor(status, override.type);
  const profile = str(status["instanceProfile"]);
  const tags = {
    Name: claim.metadata.name,
    "karpenter.sh/nodepool": pool.metadata.name,
    "karpenter.sh/nodeclaim": claim.metadata.name,
    "eks:eks-cluster-name": clusterName(core),
    [`kubernetes.io/cluster/${clusterName(core)}`]: "owned",
  };
  const labels = nodeLabels(claim, override);
  const taints = [
    { key: "karpenter.sh/unregistered", effect: "NoExecute" },
    ...(claim.spec.taints ?? []),
    ...(claim.spec.startupTaints ?? []),
  ].map((taint) => ({ ...taint }));
  const instance = launchInstance(core.aws, {
    instanceType: override.type.name,
    architecture: valueOf(override.type, labelKeys.arch),
    subnetId: made.subnet,
    imageId: image,
    securityGroupIds: groups,
    instanceProfileArn: str(core.aws.table("iam.instanceProfiles")[profile]?.["Arn"]),
    capacityType: override.capacityType,
    tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    diskGiB: 20,
    kubelet: {
      labels,
      taints,
      capacity: texts(capacityOf(override.type)),
      allocatable: texts(allocatableOf(override.type)),
    },
  });
  core.aws.note(by, "ec2:CreateFleet", { InstanceId: instance["InstanceId"], NodeClaim: claim.metadata.name });
  return instance;
}

function clusterName(core: Core): string {
  return Object.keys(core.aws.table("eks.clusters"))[0] ?? "";
}

function imageFor(status: JsonObject, type: InstanceType): string {
  const amis = isList(status["amis"]) ? status["amis"] : [];
  const arch = valueOf(type, labelKeys.arch);
  const found = amis.find((one) => at(one, "requirements.0.values.0") === arch);
  return str(at(found, "id"));
}

/** Labels of the claim once it is launched: every single-valued fact of the type, its offering, and the claim's own. */
function nodeLabels(claim: NodeClaim, override: Override): Labels {
  const facts = override.type.requirements
    .filter((one: RequirementSpec) => one.operator === "In" && one.values?.length === 1)
    .map((one) => [one.key, one.values?.[0] ?? ""] as const);
  return {
    ...Object.fromEntries(facts),
    [labelKeys.zone]: override.zone,
    [labelKeys.capacityType]: override.capacityType,
    ...claim.metadata.labels,
  };
}

function launched(core: Core, claim: NodeClaim, override: Override, instance: Row): NodeClaim {
  const stored = core.api.find("nodeclaims", claim.metadata.name);
  const time = timestamp(core);
  const conditions = [
    { type: "Launched", status: "True", reason: "Launched", lastTransitionTime: time },
    { type: "Registered", status: "Unknown", reason: "AwaitingReconciliation", lastTransitionTime: time },
    { type: "Initialized", status: "Unknown", reason: "AwaitingReconciliation", lastTransitionTime: time },
    { type: "Ready", status: "Unknown", reason: "ReconcilingDependents", lastTransitionTime: time },
  ];
  const status = {
    providerID: `aws:///${override.zone}/${str(instance["InstanceId"])}`,
    imageID: str(instance["ImageId"]),
    capacity: texts(capacityOf(override.type)),
    allocatable: texts(allocatableOf(override.type)),
    conditions,
  };
  return {
    ...claim,
    metadata: { ...claim.metadata, ...stored?.metadata, labels: nodeLabels(claim, override) },
    status,
  } as NodeClaim;
}

function allocatableOf(type: InstanceType): ResourceList {
  const { kubeReserved, systemReserved, evictionThreshold } = type.overhead ?? {};
  return subtract(capacityOf(type), merge(listOf(kubeReserved), listOf(systemReserved), listOf(evictionThreshold)));
}

function capacityOf(type: InstanceType): ResourceList {
  return listOf(type.capacity);
}

function listOf(texts: ResourceTexts | undefined): ResourceList {
  const parsed = parseResources(texts);
  return parsed.ok ? parsed.value : new Map<string, Quantity>();
}

function texts(list: ResourceList): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...list]
      .filter(([, amount]) => amount !== 0n)
      .map(([name, amount]) => [
        name,
        formatQuantity(amount, name === "cpu" || name === "pods" ? "decimal" : "binary"),
      ]),
  );
}
