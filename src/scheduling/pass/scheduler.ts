import { ClaimOrder } from "../nodes/claim-order.ts";
import { firstTry, MapOrder } from "../topology/map-order.ts";
import { addToNode, type ExistingNode, hasRoom, tryNode } from "../nodes/existing-node.ts";
import type { PlacementAttempt, Fit, FittingTools } from "../nodes/attempt.ts";
import { tryClaim } from "../nodes/fitting.ts";
import { inFlightNode, type InFlightNode } from "../nodes/in-flight-node.ts";
import { InFlightScan } from "../nodes/in-flight-scan.ts";
import { PodQueue } from "../pods/pod-queue.ts";
import type { PodRecord } from "../pods/pod-record.ts";
import type { PodShape, ShapeTable } from "../pods/pod-shape.ts";
import type { PoolLimits } from "../nodes/pool-limits.ts";
import { PortUsage } from "../nodes/port-usage.ts";
import { isReserved, type PodFailure, type Refusal } from "../nodes/refusal.ts";
import { withMounted } from "../nodes/volume-limits.ts";
import type { Template } from "../nodes/template.ts";
import { noTopology, type PodTopology } from "../topology/topology.ts";

/** What a scheduler places pods with. */
export interface SchedulerInput {
  readonly tools: FittingTools;
  readonly shapes: ShapeTable;
  readonly templates: readonly Template[];
  readonly limits: PoolLimits;
  /** Initialized nodes first, then by name. */
  readonly nodes: readonly ExistingNode[];
  readonly relaxesMinValues: boolean;
  /** Told of every attempt just before it is made. */
  readonly trace?: (attempt: PlacementAttempt, claims: ClaimOrder) => void;
}

/**
 * Places pods one after another: on a node that is there, on one being planned, on a new one; relaxes a pod's wishes step by step until
 * one takes it; goes round again as long as anything moves (Karpenter's `scheduler.go`, Solve).
 */
export class Scheduler {
  readonly claims = new ClaimOrder();
  readonly failures = new Map<PodRecord, PodFailure>();
  readonly #input: SchedulerInput;
  readonly #scan: InFlightScan;
  #claimCount = 0;

  constructor(input: SchedulerInput) {
    this.#input = input;
    this.#scan = new InFlightScan(input.tools, input.templates.length);
  }

  solve(records: readonly PodRecord[]): void {
    const queue = new PodQueue(records, this.#input.tools.table);
    for (let record = queue.pop(); record !== undefined; record = queue.pop()) {
      const failure = this.#trySchedule(record);
      if (failure === undefined) {
        this.failures.delete(record);
        continue;
      }
      this.failures.set(record, failure);
      record.hasNoTopology = false;
      record.tries += 1;
      this.#input.tools.topology.update(record.shape.constraints);
      queue.push(record);
    }
  }

  #trySchedule(record: PodRecord): PodFailure | undefined {
    const order = record.tries === 0 ? firstTry : new MapOrder(record.key, record.tries);
    let shape: PodShape = record.shape;
    let pods: PodTopology = record.hasNoTopology ? noTopology : this.#input.tools.topology.update(shape.constraints);
    for (;;) {
      const { constraints } = shape;
      const rules = this.#input.tools.topology.rules(constraints, pods);
      const attempt = { record, shape, constraints, pods, rules, order };
      this.#input.trace?.(attempt, this.claims);
      const failure = this.#add(attempt);
      if (failure === undefined || failure.kind === "dra" || isReserved(failure)) return failure;
      const relaxed = this.#input.shapes.relaxed(shape);
      if (relaxed === undefined) return failure;
      shape = relaxed;
      pods = this.#input.tools.topology.update(shape.constraints);
    }
  }

  #add(attempt: PlacementAttempt): PodFailure | undefined {
    if (attempt.shape.hasResourceClaims) return { kind: "dra" };
    // Volumes count on new nodes too from v1.15 on, so that they are read first; before, existing nodes alone were passed over.
    if (this.#input.tools.behaviour.hasTypeVolumeLimits && attempt.record.mounted === undefined)
      return { kind: "volumes" };
    if (this.#addToExisting(attempt)) return undefined;
    this.claims.sort();
    if (this.#addToInFlight(attempt)) return undefined;
    if (this.#input.templates.length === 0) return { kind: "no-template" };
    return this.#addToNew(attempt);
  }

  #addToExisting(tried: PlacementAttempt): boolean {
    const { tools, nodes } = this.#input;
    const { record, shape } = tried;
    const { mounted } = record;
    if (mounted === undefined) return false;
    const { zero } = tools.table;
    const attempt = { ...tried, mounted };
    for (const node of nodes) {
      if (!hasRoom(node, shape.requests, zero) || (node.isUnderConsolidateAfter && !record.mayDisturb)) continue;
      const place = tryNode(node, attempt, tools);
      if (typeof place === "string") continue;
      addToNode(node, attempt, place, tools.topology);
      return true;
    }
    return false;
  }

  #addToInFlight(attempt: PlacementAttempt): boolean {
    const found = this.#scan.find(this.claims, attempt);
    if (found === undefined) return false;
    this.#commit(found.node, attempt, found.fit);
    this.claims.gained(found.position);
    return true;
  }

  #addToNew(attempt: PlacementAttempt): PodFailure | undefined {
    const { templates, limits, tools, relaxesMinValues } = this.#input;
    const refusals: Refusal[] = [];
    for (const template of templates) {
      const opening = limits.opening(template);
      if ("kind" in opening) {
        refusals.push(opening);
        continue;
      }
      const node = inFlightNode(template, { index: this.claims.length, id: ++this.#claimCount }, tools);
      const fit = tryClaim(node, attempt, { relaxesMinValues, ...opening }, tools);
      if (!("kind" in fit)) {
        template.minValuesRelaxed = isLowered(template, fit);
        this.#commit(node, attempt, fit);
        this.claims.append(node);
        limits.takeLargest(template, node.bits);
        return undefined;
      }
      refusals.push(fit);
      if (fit.kind === "reserved") break;
    }
    return { kind: "new-nodes", refusals };
  }

  #commit(node: InFlightNode, { record, shape, pods }: PlacementAttempt, fit: Fit): void {
    const { tools } = this.#input;
    node.pods.push(record);
    node.bits = fit.bits;
    if (node.place.set !== fit.set) node.place = { ...node.place, set: fit.set };
    const { columns, values } = shape.requests;
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at] ?? 0;
      const amount = values[at];
      if (amount === undefined) continue;
      node.requests[column] = (node.requests[column] ?? tools.table.zero) + amount;
      node.mentioned[column] = 1;
    }
    this.#scan.refresh(node, shape.requests);
    tools.topology.record(shape.constraints, pods, node.place);
    if (shape.hostPorts.length > 0) {
      node.ports ??= new PortUsage();
      node.ports.add(record.key, shape.hostPorts);
    }
    const { mounted } = record;
    if (tools.behaviour.hasTypeVolumeLimits && mounted !== undefined && mounted.size > 0)
      node.mounted = withMounted(node.mounted, mounted);
    if (fit.reserved.length > 0 || node.reserved.length > 0) {
      tools.reservations.hold(node.hostname, new Set(fit.reserved.map(({ reservationId }) => reservationId)));
      node.reserved = fit.reserved;
    }
  }
}

function isLowered(template: Template, fit: Fit): boolean {
  if (!template.requirements.hasMinValues) return false;
  for (const [key, { minValues }] of template.requirements.all) {
    const now = fit.set.all.get(key)?.minValues;
    if (minValues !== undefined && now !== undefined && now < minValues) return true;
  }
  return false;
}
