import { nextDisruption, type DisruptionPass } from "../disruption/disrupt.ts";
import type { DisruptionCommand, MethodOutcome } from "../disruption/types.ts";
import type { NodeClaim, NodePool } from "../karpenter/api.ts";
import { parseNillableDuration } from "../kube/go-duration.ts";
import { conditionsOf } from "../kube/conditions.ts";
import { countBudget, indexBudgets, ofTotal } from "../kube/budget.ts";
import type { Node, Pod, PodDisruptionBudget } from "../kube/objects.ts";
import { indexOwners, type Owners } from "../kube/owners.ts";
import { podsByName } from "../kube/pod.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import type { PlannedNodeClaim } from "../scheduling/types.ts";
import { amountsOfPod, sumAmounts } from "./amounts.ts";
import { leftBecause } from "./consolidation-left.ts";
import type { ConsolidationMove, ConsolidationOutcome, ConsolidationPolicy, MovedNode } from "./consolidation-types.ts";
import { machineCost, sumCosts } from "../money/cost.ts";
import type { SimulateInput } from "./options.ts";
import type { ForecastPass } from "./pass.ts";
import { plannedNode } from "./planned.ts";
import { running, standing } from "./standing.ts";
import type { FleetNode } from "./types.ts";

/** More commands than a fleet could need: each one removes a node or makes one cheaper. */
const maxMoves = 2_000;

/** Existing nodes that all simulations together may look at: some seconds of work. Karpenter itself stops after minutes. */
const nodeLooks = 5_000_000;

/** The nodes that stand when Karpenter has consolidated what it made, and how it came to that. */
export interface Consolidated {
  readonly nodes: readonly FleetNode[];
  readonly outcome: ConsolidationOutcome;
}

/**
 * Lets Karpenter's disruption methods work on the planned nodes until none has a command.
 *
 * Time stands still after every pool's `consolidateAfter`; evicted pods go where Karpenter's own plan puts them, and a planned node is the
 * cheapest of its request.
 */
export function consolidated(
  input: SimulateInput,
  pass: ForecastPass,
  fleet: readonly FleetNode[],
  policy: ConsolidationPolicy | undefined,
): Consolidated {
  const stage = new Stage(input, pass, fleet, policy);
  const before = stage.nodes;
  const moves: ConsolidationMove[] = [];
  let left = Math.ceil(nodeLooks / Math.max(1, before.length));
  let last: DisruptionPass | undefined;
  let bound: string | undefined;
  while (bound === undefined) {
    last = nextDisruption(stage.question(left));
    left -= last.simulations;
    if (last.acting === undefined) break;
    for (const command of last.acting.commands) moves.push(stage.carryOut(last.acting, command));
    if (moves.length >= maxMoves) bound = `${maxMoves} moves`;
    if (left <= 0) bound = "the simulations that a fleet of this size may take";
  }
  if (last?.idle.some(({ isCut }) => isCut) === true) bound = "the simulations that a fleet of this size may take";
  const after = stage.nodes;
  const costOf = (nodes: readonly FleetNode[]) => sumCosts(nodes.map(({ usdPerHour }) => usdPerHour));
  return {
    nodes: after,
    outcome: {
      ...(policy === undefined ? {} : { policy }),
      nodesBefore: before.length,
      nodesAfter: after.length,
      before: costOf(before),
      after: costOf(after),
      moves,
      podsMoved: moves.reduce((sum, { pods }) => sum + pods, 0),
      isSettled: bound === undefined,
      ...(bound === undefined ? {} : { bound }),
      left: leftBecause(stage.claims, stage.pools, last?.idle ?? []),
    },
  };
}

/** The cluster while it is being consolidated. */
class Stage {
  readonly pools: readonly NodePool[];
  readonly #input: SimulateInput;
  readonly #pass: ForecastPass;
  readonly #nowMs: number;
  readonly #fleet = new Map<string, FleetNode>();
  readonly #nodes = new Map<string, Node>();
  readonly #claims = new Map<string, NodeClaim>();
  readonly #pods: Map<string, Pod>;
  readonly #taken: Set<string>;

  constructor(
    input: SimulateInput,
    pass: ForecastPass,
    fleet: readonly FleetNode[],
    policy: ConsolidationPolicy | undefined,
  ) {
    const { objects } = pass.asked;
    this.#input = input;
    this.#pass = pass;
    this.pools = input.nodePools.map((pool) => withPolicy(pool, policy));
    this.#nowMs = Date.parse(input.snapshot.readAt) + longestWaitMs(this.pools) + 1000;
    this.#pods = podsByName(objects.pods ?? []);
    this.#taken = new Set([...fleet, ...pass.nodes].map(({ name }) => name));
    for (const node of objects.nodes ?? []) this.#nodes.set(node.metadata.name, node);
    for (const claim of (objects.nodeclaims ?? []) as readonly NodeClaim[])
      this.#claims.set(claim.metadata.name, consolidatable(claim, input.snapshot.readAt));
    for (const node of fleet) this.#fleet.set(node.name, node);
    const planned = new Map(pass.nodes.map((node, at) => [node.name, pass.result.newNodeClaims[at]]));
    for (const node of fleet) {
      const claim = planned.get(node.name);
      if (claim !== undefined) this.#stand(claim, node);
      for (const pod of node.pods) if (this.#pods.get(pod)?.spec.nodeName !== node.name) this.#bind(pod, node.name);
    }
  }

  get nodes(): readonly FleetNode[] {
    return [...this.#fleet.values()];
  }

  get claims(): readonly NodeClaim[] {
    return [...this.#claims.values()];
  }

  question(maxSimulations: number): Parameters<typeof nextDisruption>[0] {
    const { asked } = this.#pass;
    return {
      ...asked,
      nowMs: this.#nowMs,
      maxSimulations,
      objects: {
        ...asked.objects,
        nodepools: this.pools,
        nodes: [...this.#nodes.values()],
        nodeclaims: [...this.#claims.values()],
        pods: [...this.#pods.values()],
        ...this.#budgets(),
      },
    };
  }

  /** Budgets as the disruption controller would count them over the fleet as it stands: its pods run, whatever waits today. */
  #budgets(): Pick<ClusterObjects, "poddisruptionbudgets"> {
    const { objects } = this.#pass.asked;
    if (objects.poddisruptionbudgets === undefined) return {};
    const pods = [...this.#pods.values()];
    const index = indexBudgets(objects.poddisruptionbudgets, pods);
    const owners = indexOwners({ ...objects, pods });
    return {
      poddisruptionbudgets: objects.poddisruptionbudgets.map((one) => settledBudget(one, index.podsOf(one), owners)),
    };
  }

  /** What the command would do, done. */
  carryOut({ method }: MethodOutcome, command: DisruptionCommand): ConsolidationMove {
    const removed = command.candidates.flatMap((name) => this.#remove(name) ?? []);
    const added = command.replacements.map((claim) => this.#add(claim));
    for (const [name, pods] of command.existing) {
      const node = this.#fleet.get(name);
      for (const pod of pods) this.#bind(pod, name);
      if (node !== undefined) this.#fleet.set(name, this.#withMore(node, pods));
    }
    const before = sumCosts(removed.map(({ usdPerHour }) => usdPerHour)).expected;
    const after = sumCosts(added.map(({ usdPerHour }) => usdPerHour)).expected;
    return {
      method,
      removed: removed.map(movedNode),
      added: added.map(movedNode),
      takenBy: [...command.existing.keys()],
      pods: removed.reduce((sum, { pods }) => sum + pods.length, 0),
      savesUsdPerHour: before === undefined || after === undefined ? undefined : before - after,
    };
  }

  #withMore(node: FleetNode, pods: readonly string[]): FleetNode {
    const more = pods.flatMap((key) => this.#pods.get(key) ?? []).map(amountsOfPod);
    return { ...node, pods: [...node.pods, ...pods], requested: sumAmounts([node.requested, ...more]) };
  }

  #remove(name: string): FleetNode | undefined {
    const node = this.#fleet.get(name);
    this.#fleet.delete(name);
    this.#nodes.delete(name);
    for (const [key, claim] of this.#claims) if (claim.status?.nodeName === name) this.#claims.delete(key);
    // Its DaemonSets' pods end with it.
    const moving = new Set(node?.pods);
    for (const [key, pod] of this.#pods) if (pod.spec.nodeName === name && !moving.has(key)) this.#pods.delete(key);
    return node;
  }

  #add(claim: PlannedNodeClaim): FleetNode {
    const types = this.#pass.types.byPool.get(claim.nodePool);
    const node = plannedNode(claim, this.#freeName(claim.nodePool), { input: this.#input, types, pods: this.#pods });
    this.#fleet.set(node.name, node);
    this.#stand(claim, node);
    for (const pod of node.pods) this.#bind(pod, node.name);
    return node;
  }

  /** Of no node that is or was: every move stays told apart. */
  #freeName(pool: string): string {
    let number = this.#pass.nodes.filter(({ owner }) => owner === pool).length + 1;
    while (this.#taken.has(`${pool}-${number}`)) number += 1;
    this.#taken.add(`${pool}-${number}`);
    return `${pool}-${number}`;
  }

  #stand(claim: PlannedNodeClaim, node: FleetNode): void {
    const pool = this.pools.find(({ metadata }) => metadata.name === claim.nodePool);
    const type = this.#pass.types.byPool.get(claim.nodePool)?.typeNamed(node.instanceType ?? "");
    if (pool === undefined || type === undefined) return;
    const place = { pool, zone: cheapestZone(this.#input, node), readAt: this.#input.snapshot.readAt };
    const stands = standing({ claim, node, type }, place);
    this.#nodes.set(node.name, stands.node);
    this.#claims.set(node.name, stands.claim);
  }

  #bind(key: string, nodeName: string): void {
    const pod = this.#pods.get(key);
    if (pod !== undefined) this.#pods.set(key, running(pod, nodeName, this.#input.snapshot.readAt));
  }
}

/** A budget with the status that it comes to; one that cannot be counted keeps what was read of it. */
function settledBudget(budget: PodDisruptionBudget, pods: readonly Pod[], owners: Owners): PodDisruptionBudget {
  const counted = countBudget(budget, pods, owners);
  if (counted.kind === "uncountable") {
    if (counted.isUnread !== true || budget.status !== undefined) return budget;
    // Whose pods they are was not read: as many as there are will be wanted.
    const { maxUnavailable, minAvailable } = budget.spec;
    const least = maxUnavailable === undefined ? ofTotal(minAvailable ?? 0, pods.length) : undefined;
    const most =
      maxUnavailable === undefined ? pods.length - (least ?? pods.length) : ofTotal(maxUnavailable, pods.length);
    return {
      ...budget,
      status: { disruptionsAllowed: Math.max(0, most ?? 0), observedGeneration: budget.metadata.generation ?? 0 },
    };
  }
  const { kind: _, ...status } = counted;
  return { ...budget, status: { ...status, observedGeneration: budget.metadata.generation ?? 0 } };
}

function movedNode({ name, instanceType, capacityType }: FleetNode): MovedNode {
  return { name, instanceType, capacityType };
}

/** EC2 may choose among several zones: the one where the node costs least, by name among equals. */
function cheapestZone({ prices }: SimulateInput, { zones, instanceType, capacityType }: FleetNode): string {
  const priced = zones.map((zone) => {
    const cost = machineCost(prices, { type: instanceType, zone, capacityType }).expected;
    return { zone, cost: cost ?? Number.POSITIVE_INFINITY };
  });
  const best = priced.reduce((a, b) => (b.cost < a.cost ? b : a), priced[0] ?? { zone: "", cost: 0 });
  return best.zone;
}

/** The policy asked for, also where a pool's `consolidateAfter` would forbid every one. */
function withPolicy(pool: NodePool, policy: ConsolidationPolicy | undefined): NodePool {
  if (policy === undefined) return pool;
  const before = pool.spec.disruption;
  const consolidateAfter = before?.consolidateAfter === "Never" ? "0s" : (before?.consolidateAfter ?? "0s");
  const disruption = { ...before, consolidationPolicy: policy, consolidateAfter };
  return { ...pool, spec: { ...pool.spec, disruption } };
}

function longestWaitMs(pools: readonly NodePool[]): number {
  const waits = pools.map(({ spec }) => parseNillableDuration(spec.disruption?.consolidateAfter ?? "0s") ?? 0n);
  return Math.max(0, ...waits.map((wait) => Number(wait / 1_000_000n)));
}

/** A node that is there counts as quiet for as long as its pool asks. */
function consolidatable(claim: NodeClaim, readAt: string): NodeClaim {
  const others = conditionsOf(claim).filter(({ type }) => type !== "Consolidatable");
  const condition = { type: "Consolidatable", status: "True", reason: "Consolidatable", lastTransitionTime: readAt };
  return { ...claim, status: { ...claim.status, conditions: [...others, condition] } } as NodeClaim;
}
