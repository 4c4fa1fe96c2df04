import { capacityOf } from "../../karpenter/aws/capacity.ts";
import { families } from "../../karpenter/aws/families.ts";
import { resolvedKubelet } from "../../karpenter/aws/kubelet.ts";
import { launchAllocatable } from "../../karpenter/aws/launch-type.ts";
import { overheadOf } from "../../karpenter/aws/overhead.ts";
import { defaultSettings } from "../../karpenter/aws/settings.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import { formatQuantity } from "../../kube/quantity.ts";
import { parseResources, type ResourceList } from "../../kube/resource-list.ts";
import type { ResourceTexts } from "../../kube/objects.ts";
import type { BootData } from "../account/boot-data.ts";

/** What decides the resources of a node. */
export interface Machine {
  readonly instanceType: string;
  /** The volume that pods write to. */
  readonly diskGiB: number;
  readonly boot: Pick<BootData, "family" | "kubelet" | "hasRaid">;
}

/** What a node reports of itself. */
export interface NodeResources {
  readonly capacity: ResourceTexts;
  readonly allocatable: ResourceTexts;
}

// What needs a programme of its own on the node beside the device plugins, and is not advertised here.
const unadvertised = /^vpc\.amazonaws\.com\//;

// A pure function's results: thousands of nodes are of few kinds.
const known = new WeakMap<Catalogue, Map<string, NodeResources>>();

/**
 * Capacity and allocatable of an EKS node: the hardware of its type, less what its kubelet was told to keep. The hypervisor keeps as much
 * memory as Karpenter guesses. A type that the catalogue does not have counts as an m5.large.
 */
export function nodeResources(catalogue: Catalogue, machine: Machine): NodeResources {
  const { instanceType, diskGiB, boot } = machine;
  const table = known.get(catalogue) ?? new Map<string, NodeResources>();
  known.set(catalogue, table);
  const key = `${instanceType} ${diskGiB} ${boot.family} ${boot.hasRaid} ${JSON.stringify(boot.kubelet)}`;
  const made = table.get(key) ?? compute(catalogue, machine);
  table.set(key, made);
  return made;
}

function compute(catalogue: Catalogue, { instanceType, diskGiB, boot }: Machine): NodeResources {
  const type = catalogue.types.get(instanceType) ?? catalogue.types.get("m5.large");
  if (type === undefined) return { capacity: {}, allocatable: {} };
  const spec = {
    blockDeviceMappings: [{ rootVolume: true, ebs: { volumeSize: `${diskGiB}Gi` } }],
    ...(boot.hasRaid ? { instanceStorePolicy: "RAID0" } : {}),
  };
  const kubelet = resolvedKubelet({ kubelet: { ...boot.kubelet } }, { kubelet: "open" });
  const shape = { spec, kubelet, family: families[boot.family], settings: defaultSettings };
  const capacity = capacityOf(type, shape);
  if (!capacity.ok) return { capacity: {}, allocatable: {} };
  const overhead = overheadOf(type.info, capacity.value["ephemeral-storage"] ?? "0", shape);
  const kept = overhead.ok ? { overhead: overhead.value } : {};
  const parsed = parseResources(capacity.value);
  return {
    capacity: texts(parsed.ok ? parsed.value : new Map()),
    allocatable: texts(launchAllocatable({ name: instanceType, requirements: [], capacity: capacity.value, ...kept })),
  };
}

function texts(list: ResourceList): ResourceTexts {
  return Object.fromEntries(
    Array.from(list)
      .filter(([name, amount]) => amount !== 0n && !unadvertised.test(name))
      .map(([name, amount]) => [name, formatQuantity(amount, isCounted(name) ? "decimal" : "binary")]),
  );
}

function isCounted(name: string): boolean {
  return name !== "memory" && name !== "ephemeral-storage";
}
