import { isList } from "../../../kube/json.ts";
import type { Ec2NodeClass, NodePool } from "../../../karpenter/api.ts";
import type { KarpenterBehaviour } from "../../../karpenter/behaviour.ts";
import type { InstanceType } from "../../../karpenter/instance-type.ts";
import { type InstanceTypesInput, instanceTypesFor } from "../../../karpenter/aws/for-node-class.ts";
import { labelFamily } from "../../../karpenter/labels.ts";
import { compatible, fromSpecs } from "../../../karpenter/requirements.ts";
import type { UnavailableOfferings } from "../../../karpenter/aws/unavailable.ts";
import type { Json, JsonObject } from "../../../kube/objects.ts";
import type { KarpenterHere } from "./here.ts";
import { processSettings } from "./process.ts";
import { nodeClasses, nodePools } from "./objects.ts";

/** Lists that were made once, by what they depend on: the same list object lets the scheduler keep what it computed of it. */
const lists = new WeakMap<KarpenterBehaviour, Map<string, readonly InstanceType[]>>();
const maxLists = 32;

function listsOf(behaviour: KarpenterBehaviour): Map<string, readonly InstanceType[]> {
  const known = lists.get(behaviour) ?? new Map<string, readonly InstanceType[]>();
  lists.set(behaviour, known);
  return known;
}

/** Instance types of every pool whose node class is there, as the AWS provider lists them. */
export function instanceTypesByPool(here: KarpenterHere): ReadonlyMap<string, readonly InstanceType[]> {
  const classes = new Map(nodeClasses(here).map((one) => [one.metadata.name, one]));
  const byPool = new Map<string, readonly InstanceType[]>();
  for (const pool of nodePools(here)) {
    const nodeClass = classes.get(pool.spec.template.spec.nodeClassRef.name);
    if (nodeClass !== undefined) byPool.set(pool.metadata.name, admitted(pool, listedTypes(here, nodeClass)));
  }
  return byPool;
}

const admittedOf = new WeakMap<readonly InstanceType[], Map<string, readonly InstanceType[]>>();

// A pool's own requirements drop most types before any pod is looked at: the scheduler would do the same in every pass.
function admitted(pool: NodePool, types: readonly InstanceType[]): readonly InstanceType[] {
  const requirements = pool.spec.template.spec.requirements ?? [];
  const key = JSON.stringify(requirements);
  const known = admittedOf.get(types) ?? new Map<string, readonly InstanceType[]>();
  admittedOf.set(types, known);
  const family = labelFamily("aws");
  const wanted = fromSpecs(requirements, family);
  const list =
    known.get(key) ??
    types.filter((type) => compatible(wanted, fromSpecs(type.requirements, family), family.wellKnown));
  known.set(key, list);
  return list;
}

/** Every type that the provider lists for a node class. */
export function listedTypes(here: KarpenterHere, nodeClass: Ec2NodeClass): readonly InstanceType[] {
  const unavailable = unavailableNow(here);
  const gone = [...unavailable.pools, ...unavailable.capacityTypes, ...unavailable.subnets, ...unavailable.zones];
  const key = JSON.stringify([nodeClass.spec, statusKey(nodeClass.status ?? {}), gone]);
  const made = listsOf(processSettings(here).behaviour);
  const known = made.get(key);
  if (known !== undefined) return known;
  const listed = instanceTypesFor(providerInput(here, nodeClass));
  const list = listed.ok ? listed.value : [];
  if (made.size >= maxLists) made.delete(made.keys().next().value ?? "");
  made.set(key, list);
  return list;
}

/** What the provider reads to list its types, and what a launch reads of it. */
export function providerInput(here: KarpenterHere, nodeClass: Ec2NodeClass): InstanceTypesInput {
  const { catalogue, prices } = here.market;
  const { behaviour, provider: settings } = processSettings(here);
  return {
    behaviour,
    catalogue,
    region: here.account.region,
    nodeClass,
    prices,
    unavailable: unavailableNow(here),
    settings,
  };
}

/** What EC2 refused within the last three minutes. */
export function unavailableNow(here: KarpenterHere): UnavailableOfferings {
  const now = here.nowMs;
  const { pools, capacityTypes, subnets, zones } = here.memory.provider.refusedUntilMs;
  const still = (until: Readonly<Record<string, number>>): ReadonlySet<string> =>
    new Set(Object.keys(until).filter((key) => (until[key] ?? 0) > now));
  return { pools: still(pools), capacityTypes: still(capacityTypes), subnets: still(subnets), zones: still(zones) };
}

/** What types depend on of a class's status. Not the order of subnets, which follows their free addresses and changes all the time. */
function statusKey(status: JsonObject): readonly Json[] {
  const subnets = isList(status["subnets"]) ? status["subnets"].map((one) => JSON.stringify(one)).toSorted() : [];
  return [subnets, status["amis"] ?? null, status["capacityReservations"] ?? null];
}
