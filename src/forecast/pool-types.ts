import type { Ec2NodeClass, NodePool } from "../karpenter/api.ts";
import { reservedInterfaces, vpcCniOf } from "../aws/vpc-cni.ts";
import { instanceTypesFor } from "../karpenter/aws/for-node-class.ts";
import { type LaunchType, launchTypes } from "../karpenter/aws/launch-type.ts";
import type { InstanceType } from "../karpenter/instance-type.ts";
import { instanceTypeOf } from "../kube/node.ts";
import type { Node } from "../kube/objects.ts";
import { parseQuantity } from "../kube/quantity.ts";
import type { SimulateInput, SimulateOptions } from "./options.ts";
import { isNodeClass } from "./pools.ts";
import { type KnownSubnet, subnetsFor } from "./subnets.ts";

/** What one NodeClass offers. */
export interface ClassTypes {
  readonly nodeClass: Ec2NodeClass;
  readonly types: readonly InstanceType[];
  readonly subnets: readonly KnownSubnet[];
  /** The same ready for the launch; made once. */
  readonly launch: () => readonly LaunchType[];
  readonly typeNamed: (name: string) => InstanceType | undefined;
}

/** Instance types by NodePool, and what could not be found out. */
export interface PoolTypes {
  readonly byPool: ReadonlyMap<string, ClassTypes>;
  readonly caveats: readonly string[];
}

/** Lists the instance types of every pool's NodeClass, each class once. */
export function typesOfPools(input: SimulateInput, options: SimulateOptions): PoolTypes {
  const caveats = new Caveats();
  const own = new Map(input.nodeClasses.map((one) => [one.metadata.name, one]));
  const made = new Map<string, ClassTypes | undefined>();
  const byPool = new Map<string, ClassTypes>();
  const measured =
    options.hasMeasuredOverhead === true ? measuredMemory(input.snapshot.objects.nodes ?? []) : undefined;
  if (vpcCniOf(input.snapshot.objects)?.isCustomNetworking === true) {
    caveats.other(
      "the VPC CNI runs with custom networking: pods per node are counted with settings.reservedENIs 1, which `dovetail install` sets",
    );
  }
  for (const pool of input.nodePools) {
    // Another kind's object of the same name is another object.
    if (pool.spec.template.spec.nodeClassRef.kind !== "EC2NodeClass") continue;
    const name = classNameOf(pool);
    const nodeClass = own.get(name) ?? elsewhere(input, name, caveats);
    if (!made.has(name)) made.set(name, classTypes(input, nodeClass, { name, measured, caveats }));
    const found = made.get(name);
    if (found !== undefined) byPool.set(pool.metadata.name, found);
  }
  return { byPool, caveats: caveats.sentences() };
}

/**
 * A class that the pools' files do not hold: the cluster's of that name; else, where files are all there is, one with Amazon Linux's
 * defaults stands in. A cluster whose own pools name a class that it lacks offers nothing.
 */
function elsewhere(input: SimulateInput, name: string, caveats: Caveats): Ec2NodeClass | undefined {
  const found = (input.snapshot.objects.ec2nodeclasses ?? [])
    .filter(isNodeClass)
    .find((one) => one.metadata.name === name);
  if (found !== undefined || input.nodePoolSource === "cluster") return found;
  caveats.ofClass(name, "not among the manifests; one of Amazon Linux 2023 with its defaults is assumed");
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name },
    spec: { amiSelectorTerms: [{ alias: "al2023@latest" }], subnetSelectorTerms: [], securityGroupSelectorTerms: [] },
  };
}

/** Node classes by what is to be said of them: thirty classes with one trouble are one line. */
class Caveats {
  readonly #names = new Map<string, string[]>();
  readonly #others = new Set<string>();

  ofClass(name: string, text: string): void {
    this.#names.set(text, [...(this.#names.get(text) ?? []), name]);
  }

  other(text: string): void {
    this.#others.add(text);
  }

  sentences(): readonly string[] {
    const ofClasses = Array.from(this.#names, ([text, names]) => {
      const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
      return `${names.length === 1 ? "EC2NodeClass" : "EC2NodeClasses"} ${names.slice(0, 5).join(", ")}${more}: ${text}`;
    });
    return [...ofClasses, ...this.#others];
  }
}

function classNameOf(pool: NodePool): string {
  return pool.spec.template.spec.nodeClassRef.name;
}

function classTypes(
  input: SimulateInput,
  nodeClass: Ec2NodeClass | undefined,
  context: {
    readonly name: string;
    readonly measured: ReadonlyMap<string, string> | undefined;
    readonly caveats: Caveats;
  },
): ClassTypes | undefined {
  if (nodeClass === undefined) {
    context.caveats.ofClass(context.name, "not among the manifests, so its NodePools offer nothing");
    return undefined;
  }
  const found = subnetsFor(nodeClass, input.snapshot, input.region);
  if (found.caveat !== undefined) context.caveats.ofClass(context.name, found.caveat);
  const listed = instanceTypesFor({
    behaviour: input.release.behaviour,
    catalogue: input.catalogue,
    region: input.region,
    nodeClass,
    subnets: found.subnets,
    settings: { reservedEnis: reservedInterfaces(vpcCniOf(input.snapshot.objects)) },
    prices: input.prices ?? { onDemandUsdPerHour: new Map(), spotUsdPerHour: new Map() },
    ...(context.measured === undefined ? {} : { discoveredMemory: context.measured }),
  });
  if (!listed.ok) {
    context.caveats.ofClass(context.name, `it offers nothing: ${listed.reason}`);
    return undefined;
  }
  if (!input.catalogue.zones.has(input.region)) {
    context.caveats.other(
      `which zones of ${input.region} sell which types is unknown: every zone is taken to sell all`,
    );
  }
  const types = listed.value;
  let launch: readonly LaunchType[] | undefined;
  const byName = new Map(types.map((type) => [type.name, type]));
  return {
    nodeClass,
    types,
    subnets: found.subnets,
    launch: () => (launch ??= launchTypes(types)),
    typeNamed: (name) => byName.get(name),
  };
}

/** The smallest memory that live nodes of each type report, as Karpenter would learn it. */
function measuredMemory(nodes: readonly Node[]): ReadonlyMap<string, string> {
  const smallest = new Map<string, { readonly text: string; readonly value: bigint }>();
  for (const node of nodes) {
    const type = instanceTypeOf(node);
    const text = node.status?.capacity?.["memory"];
    const parsed = text === undefined ? undefined : parseQuantity(text);
    if (type === undefined || text === undefined || parsed?.ok !== true) continue;
    const before = smallest.get(type);
    if (before === undefined || parsed.value < before.value)
      smallest.set(type, { text: String(text), value: parsed.value });
  }
  return new Map(Array.from(smallest, ([type, { text }]) => [type, text]));
}
