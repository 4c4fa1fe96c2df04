import type { NodePool } from "../src/karpenter/api.ts";
import { listInstanceTypes } from "../src/karpenter/aws/instance-types.ts";
import { incompatibility } from "../src/karpenter/aws/compatibility.ts";
import { behaviourOf } from "../src/karpenter/behaviours.ts";
import { knownTo, type NodeClassSpec, type NodeClassStatus, specOf } from "../src/karpenter/aws/node-class.ts";
import { nodeClassHash } from "../src/karpenter/aws/node-class-hash.ts";
import { resolveType } from "../src/karpenter/aws/resolve.ts";
import { defaultSettings } from "../src/karpenter/aws/settings.ts";
import { isEligible } from "../src/karpenter/aws/type-info.ts";
import type { InstanceType, Offering } from "../src/karpenter/instance-type.ts";
import { nodePoolHash } from "../src/karpenter/node-pool-hash.ts";
import type { Labels, ResourceTexts } from "../src/kube/objects.ts";
import { parseResources, subtract, merge } from "../src/kube/resource-list.ts";
import type { Area, Case, Verdict } from "./area.ts";
import { amounts, linesOf, recordedRequirements, verdict } from "./aws-compare.ts";
import { checkDrift } from "./aws-drift.ts";
import { checkLaunch } from "./aws-launch.ts";
import { checkPrices } from "./aws-prices.ts";
import { checkUserData } from "./aws-userdata.ts";
import { checkSelection } from "./aws-selection.ts";
import { baseOf } from "./cases.ts";
import {
  providerWorld,
  type CatalogueLine,
  type RecordedSettings,
  type RecordedWorld,
  recordedType,
  recordedTypes,
  region,
  settingsOf,
} from "./aws-world.ts";

/** Every area of the AWS provider. */
export const awsAreas: readonly Area[] = [
  { name: "aws/catalogue", check: checkCatalogue },
  { name: "aws/resolve*", check: checkResolve },
  { name: "aws/offerings*", check: checkOfferings },
  { name: "aws/prices*", check: checkPrices },
  { name: "aws/hashes*", check: checkHashes },
  { name: "aws/selection*", check: checkSelection },
  { name: "aws/drift*", check: checkDrift },
  { name: "aws/userdata*", check: checkUserData },
  { name: "aws/launch*", check: checkLaunch },
];

function checkCatalogue(item: Case): Verdict {
  const line = item.line as unknown as CatalogueLine;
  return verdict(isEligible(line.info), line.eligible);
}

interface ResolveConfig {
  readonly id: string;
  readonly settings: RecordedSettings;
  readonly nodeClass: { readonly spec: NodeClassSpec; readonly status: NodeClassStatus };
}

function checkResolve(item: Case): Verdict {
  const { config: id, type: name, expect } = item.line as { config?: string; type?: string; expect?: Recorded };
  if (name === undefined || expect === undefined) return { outcome: "match" };
  const config = configOf(item.file, id);
  if (config === undefined) return { outcome: "not-run", reason: `no configuration ${String(id)} in the file` };
  const behaviour = behaviourOf(item.release);
  const resolved = resolveType(recordedType(name, item.release), {
    region,
    behaviour,
    zones: recordedTypes(item.release).get(name)?.zones ?? [],
    spec: knownTo(behaviour, config.nodeClass.spec),
    status: config.nodeClass.status,
    settings: { ...defaultSettings, ...settingsOf(config.settings) },
  });
  if (!resolved.ok) return verdict("refused", expect.panic === undefined ? "answered" : "refused");
  const it = resolved.value;
  return verdict(
    {
      requirements: recordedRequirements(it.requirements),
      capacity: amounts(it.capacity),
      kubeReserved: amounts(it.overhead?.kubeReserved),
      systemReserved: amounts(it.overhead?.systemReserved),
      evictionThreshold: amounts(it.overhead?.evictionThreshold),
      allocatable: allocatable(it),
    },
    {
      requirements: expect.requirements,
      capacity: amounts(expect.capacity),
      kubeReserved: amounts(expect.kubeReserved),
      systemReserved: amounts(expect.systemReserved),
      evictionThreshold: amounts(expect.evictionThreshold),
      allocatable: amounts(expect.allocatable),
    },
  );
}

// A file of differences refers to the configurations of the file that it goes with.
function configOf(file: string, id: string | undefined): ResolveConfig | undefined {
  const base = baseOf(file);
  return configsIn(file).get(id ?? "") ?? (base === undefined ? undefined : configsIn(base).get(id ?? ""));
}

const configs = new Map<string, ReadonlyMap<string, ResolveConfig>>();

function configsIn(file: string): ReadonlyMap<string, ResolveConfig> {
  const known =
    configs.get(file) ??
    new Map(
      linesOf(file)
        .filter((line) => line["kind"] === "config")
        .map((line) => [String(line["id"]), line as unknown as ResolveConfig]),
    );
  configs.set(file, known);
  return known;
}

function checkHashes(item: Case): Verdict {
  const { kind, input, caBundle, expect } = item.line as {
    kind: string;
    input: object;
    caBundle?: string;
    expect: string;
  };
  if (kind === "nodepool")
    return verdict(nodePoolHash({ spec: { template: input as NodePool["spec"]["template"] } }), expect);
  return verdict(nodeClassHash(input, caBundle ?? undefined, behaviourOf(item.release)), expect);
}

interface Recorded {
  readonly panic?: string;
  readonly requirements?: unknown;
  readonly capacity?: ResourceTexts;
  readonly kubeReserved?: ResourceTexts;
  readonly systemReserved?: ResourceTexts;
  readonly evictionThreshold?: ResourceTexts;
  readonly allocatable?: ResourceTexts;
}

function allocatable(it: Omit<InstanceType, "offerings">): Readonly<Record<string, string>> {
  const read = (texts: ResourceTexts | undefined): ReadonlyMap<string, bigint> => {
    const parsed = parseResources(texts);
    return parsed.ok ? parsed.value : new Map();
  };
  const { kubeReserved, systemReserved, evictionThreshold } = it.overhead ?? {};
  const kept = merge(read(kubeReserved), read(systemReserved), read(evictionThreshold));
  return Object.fromEntries(Array.from(subtract(read(it.capacity), kept), ([name, amount]) => [name, String(amount)]));
}

function checkOfferings(item: Case): Verdict {
  const { world, staticPrices, expect } = item.line as unknown as {
    readonly world: RecordedWorld;
    readonly staticPrices: Labels;
    readonly expect: {
      readonly error?: string;
      readonly panic?: string;
      readonly types?: readonly {
        readonly type: string;
        readonly memory: string;
        readonly offerings: readonly RecordedOffering[];
      }[];
      readonly compatible?: readonly string[];
    };
  };
  const ours = providerWorld(world, staticPrices, item.release);
  const list = listInstanceTypes(ours);
  if (!list.ok) return verdict(list.reason, expect.error ?? (expect.panic === undefined ? "answered" : list.reason));
  const { behaviour } = ours;
  const spec = knownTo(behaviour, specOf(world.nodeClass));
  const placementGroup = spec.placementGroupSelector === undefined ? undefined : ours.placementGroup;
  const fits = (name: string): boolean =>
    incompatibility(recordedType(name, item.release).info, { behaviour, spec, placementGroup }) === undefined;
  return verdict(
    {
      types: list.value.map((it) => ({
        type: it.name,
        memory: amounts({ memory: it.capacity["memory"] ?? "" }),
        offerings: it.offerings.map(offeringRow),
      })),
      compatible: list.value.map((it) => it.name).filter(fits),
    },
    {
      types: expect.types?.map((it) => ({
        type: it.type,
        memory: amounts({ memory: it.memory }),
        offerings: it.offerings.map((one) => ({ ...one, price: Number(one.price) })),
      })),
      compatible: expect.compatible,
    },
  );
}

interface RecordedOffering {
  readonly zone: string;
  readonly capacityType: string;
  readonly price: string;
  readonly available: boolean;
  readonly requirements: unknown;
  readonly reservationCapacity?: number;
}

function offeringRow(offering: Offering): unknown {
  const one = (key: string): string | undefined => offering.requirements.find((spec) => spec.key === key)?.values?.[0];
  return {
    zone: one("topology.kubernetes.io/zone"),
    capacityType: one("karpenter.sh/capacity-type"),
    price: offering.price,
    available: offering.available,
    requirements: recordedRequirements(offering.requirements),
    // Zero is left out of the recordings.
    ...(offering.reservationCapacity ? { reservationCapacity: offering.reservationCapacity } : {}),
  };
}
