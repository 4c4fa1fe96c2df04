import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { behaviourOf, type Minor } from "../src/karpenter/behaviours.ts";
import type { InstanceType, Offering } from "../src/karpenter/instance-type.ts";
import type { RequirementSpec } from "../src/karpenter/instance-type.ts";
import type { ResourceName } from "../src/kube/resources.ts";
import type { NodePool } from "../src/karpenter/api.ts";
import type { DisruptionInput } from "../src/disruption/types.ts";
import type { SolveInput } from "../src/scheduling/types.ts";
import { Unjudgeable } from "./area.ts";

/** One scenario line of the Karpenter oracle (see conformance/karpenter/README.md). */
export interface Scenario {
  readonly id: string;
  readonly area: string;
  readonly now: string;
  readonly options?: {
    readonly preferencePolicy?: "Respect" | "Ignore";
    readonly minValuesPolicy?: "Strict" | "BestEffort";
    readonly featureGates?: Readonly<Record<string, boolean>>;
    readonly enforceConsolidateAfter?: boolean;
    readonly validation?: "real" | "none";
  };
  readonly objects: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  readonly instanceTypes: Readonly<Record<string, readonly InstanceType[] | CatalogueRef>>;
  readonly wellKnownLabels?: string;
  readonly marks?: { readonly deleting?: readonly string[]; readonly nominated?: Readonly<Record<string, number>> };
  readonly candidates?: readonly string[];
  readonly expect?: unknown;
  readonly stable?: string;
}

interface CatalogueRef {
  readonly catalogue: string;
  readonly only?: readonly string[];
  readonly unavailable?: readonly string[];
  readonly reserved?: readonly { id: string; type: string; zone: string; capacity: number; price: number }[];
}

const plurals: Readonly<
  Record<string, { readonly name: ResourceName; readonly apiVersion: string; readonly kind: string }>
> = {
  nodePools: { name: "nodepools", apiVersion: "karpenter.sh/v1", kind: "NodePool" },
  nodeClaims: { name: "nodeclaims", apiVersion: "karpenter.sh/v1", kind: "NodeClaim" },
  nodes: { name: "nodes", apiVersion: "v1", kind: "Node" },
  pods: { name: "pods", apiVersion: "v1", kind: "Pod" },
  daemonSets: { name: "daemonsets", apiVersion: "apps/v1", kind: "DaemonSet" },
  replicaSets: { name: "replicasets", apiVersion: "apps/v1", kind: "ReplicaSet" },
  statefulSets: { name: "statefulsets", apiVersion: "apps/v1", kind: "StatefulSet" },
  pvcs: { name: "persistentvolumeclaims", apiVersion: "v1", kind: "PersistentVolumeClaim" },
  pvs: { name: "persistentvolumes", apiVersion: "v1", kind: "PersistentVolume" },
  storageClasses: { name: "storageclasses", apiVersion: "storage.k8s.io/v1", kind: "StorageClass" },
  csiNodes: { name: "csinodes", apiVersion: "storage.k8s.io/v1", kind: "CSINode" },
  pdbs: { name: "poddisruptionbudgets", apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  services: { name: "services", apiVersion: "v1", kind: "Service" },
  namespaces: { name: "namespaces", apiVersion: "v1", kind: "Namespace" },
};

/** The scenario as our engine takes it. */
export function solveInputOf(scenario: Scenario, catalogues: readonly string[], release: Minor): SolveInput {
  const objects: Record<string, unknown[]> = {};
  for (const { name } of Object.values(plurals)) objects[name] = [];
  for (const [key, items] of Object.entries(scenario.objects)) {
    const plural = plurals[key];
    if (plural === undefined) throw new Unjudgeable(`objects of an unknown kind: ${key}`);
    objects[plural.name] = items.map((item) =>
      withoutNulls({ apiVersion: plural.apiVersion, kind: plural.kind, ...item }),
    );
  }
  const family = scenario.wellKnownLabels === "aws" ? "aws" : "fake";
  const types = new Map<string, readonly InstanceType[]>();
  for (const [pool, source] of Object.entries(scenario.instanceTypes)) {
    types.set(pool, isList(source) ? source : narrowed(catalogue(source.catalogue, catalogues), source, family));
  }
  const { marks, candidates } = scenario;
  return {
    nowMs: Date.parse(scenario.now),
    objects: objects as SolveInput["objects"],
    instanceTypes: types,
    wellKnownLabels: family,
    behaviour: behaviourOf(release),
    options: scenario.options ?? {},
    ...(candidates === undefined && scenario.area !== "simulate" ? {} : { candidates: candidates ?? [] }),
    ...(marks === undefined
      ? {}
      : { marks: { deletingNodes: marks.deleting ?? [], nominatedSecondsAgo: marks.nominated ?? {} } }),
  };
}

/** The scenario as our disruption methods take it. Its objects carry all defaults: a pool without budgets has an empty list of them. */
export function disruptionInputOf(scenario: Scenario, catalogues: readonly string[], release: Minor): DisruptionInput {
  const { candidates: _, ...input } = solveInputOf(scenario, catalogues, release);
  const pools = (input.objects.nodepools ?? []) as unknown as readonly NodePool[];
  const nodepools = pools.map((pool) => {
    const disruption = { budgets: [], ...pool.spec.disruption };
    return { ...pool, spec: { ...pool.spec, disruption } };
  });
  const { validation } = scenario.options ?? {};
  return { ...input, objects: { ...input.objects, nodepools }, ...(validation === undefined ? {} : { validation }) };
}

/** Types in the scenario itself, not in a catalogue. */
export function isList(source: readonly InstanceType[] | CatalogueRef): source is readonly InstanceType[] {
  return Array.isArray(source);
}

// Go writes null for what is absent.
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([key, one]) => [key, withoutNulls(one)]),
  );
}

/** The first folder that holds catalogues, for the oracle, which looks in one only. */
export function catalogueFolder(folders: readonly string[]): string {
  const found = folders.find((folder) => readdirSync(folder).some((name) => /^catalogue-.*\.json$/.test(name)));
  return found ?? folders[0] ?? ".";
}

const loaded = new Map<string, readonly InstanceType[]>();

/** Instance types of `catalogue-NAME.json`, from the first folder that has it. */
export function catalogue(name: string, folders: readonly string[]): readonly InstanceType[] {
  const file = folders.map((folder) => join(folder, `catalogue-${name}.json`)).find((path) => existsSync(path));
  if (file === undefined) throw new Unjudgeable(`catalogue-${name}.json is in none of ${folders.join(", ")}`);
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const types = JSON.parse(readFileSync(file, "utf8")) as readonly InstanceType[];
  loaded.set(file, types);
  return types;
}

function narrowed(all: readonly InstanceType[], ref: CatalogueRef, family: "aws" | "fake"): InstanceType[] {
  const only = ref.only ?? [];
  return all
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .map((type) => {
      let kept: InstanceType = type;
      if ((ref.unavailable ?? []).length > 0) {
        const offerings = type.offerings.map((offering) =>
          isSoldOut(type.name, offering, ref) ? { ...offering, available: false } : offering,
        );
        kept = { ...type, offerings };
      }
      for (const one of ref.reserved ?? []) if (one.type === type.name) kept = reserve(kept, one, family);
      return kept;
    });
}

function isSoldOut(name: string, offering: Offering, { unavailable = [] }: CatalogueRef): boolean {
  const facts = [
    name,
    valueOf(offering.requirements, "topology.kubernetes.io/zone"),
    valueOf(offering.requirements, "karpenter.sh/capacity-type"),
  ];
  return unavailable.some((pattern) => {
    const parts = pattern.split("/");
    return parts.length === 3 && parts.every((part, at) => part === "*" || part === facts[at]);
  });
}

function valueOf(requirements: readonly RequirementSpec[], key: string): string {
  return requirements.find((one) => one.key === key && (one.values ?? []).length > 0)?.values?.[0] ?? "";
}

function reserve(
  type: InstanceType,
  one: { id: string; zone: string; capacity: number; price: number },
  family: "aws" | "fake",
): InstanceType {
  const idKey = family === "aws" ? "karpenter.k8s.aws/capacity-reservation-id" : "dovetail.dev/reservation-id";
  const offering: Offering = {
    requirements: [
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["reserved"] },
      { key: "topology.kubernetes.io/zone", operator: "In", values: [one.zone] },
      { key: idKey, operator: "In", values: [one.id] },
    ],
    price: one.price,
    available: one.capacity > 0,
    reservationCapacity: one.capacity,
  };
  let isFound = false;
  const requirements = type.requirements.map((requirement): RequirementSpec => {
    const values = requirement.values ?? [];
    if (requirement.key === "karpenter.sh/capacity-type" && !values.includes("reserved"))
      return { ...requirement, values: [...values, "reserved"] };
    if (requirement.key !== idKey) return requirement;
    isFound = true;
    return { ...requirement, operator: "In", values: [...values, one.id] };
  });
  if (!isFound) requirements.push({ key: idKey, operator: "In", values: [one.id] });
  return { ...type, requirements, offerings: [offering, ...type.offerings] };
}
