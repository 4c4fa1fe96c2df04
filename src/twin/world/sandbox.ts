import { machineCost } from "../../money/cost.ts";
import { isObject } from "../../kube/json.ts";
import { Random } from "../time/random.ts";
import { Timeline } from "../time/timeline.ts";
import { ApiServer, type Write } from "../store/server.ts";
import type { PriceBook } from "../../money/price-book.ts";
import { AwsAccount, type CapacityOffer } from "../account/account.ts";
import { autoscalingOperations } from "../account/autoscaling.ts";
import { ec2Operations } from "../account/ec2.ts";
import { eksOperations, finishUpdate } from "../account/eks.ts";
import { fleetOperations } from "../account/fleet.ts";
import { launchTemplateOperations } from "../account/launch-templates.ts";
import { reconcileGroups } from "../account/groups.ts";
import { iamOperations } from "../account/iam.ts";
import { setRunning, setTerminated } from "../account/instances.ts";
import { eventsOperations, sqsOperations } from "../account/messaging.ts";
import { quotaOperations, ssmOperations, stsOperations } from "../account/misc.ts";
import { reconcileControllers } from "../actors/all.ts";
import { podGone, podStarted, podSucceeded, startPod, stopPod } from "../actors/kubelet.ts";
import { relabelNodes } from "../actors/node-groups.ts";
import { joinNode, nodeReady, removeNode } from "../actors/nodes.ts";
import type { Core, Market } from "./core.ts";
import { FaultInjector } from "../faults/faults.ts";
import type { Pod } from "../../kube/objects.ts";
import type { AuditEntry, SandboxEvent, SandboxState } from "./state.ts";

/** After a write, controllers see it this much later. */
const reconcileMs = 100;
/** Most events that one advance may handle per second of virtual time, beyond a fixed allowance: a loop of controllers is our bug. */
const eventsPerSecond = 200;

/** A periodic program in the cluster: Cluster Autoscaler's loop, Karpenter's. */
export interface Loop {
  readonly event: SandboxEvent["kind"];
  readonly everyMs: number;
  readonly run: (core: Core) => void;
}

function priceIn(prices: PriceBook, { instanceType, zone, capacityType }: CapacityOffer): number | undefined {
  return machineCost(prices, { type: instanceType, zone, capacityType }).expected;
}

/**
 * A cluster and an account in virtual time. Time moves in `advance` only; until then writes change objects and nobody reacts.
 * The same state and the same calls give the same world, byte for byte.
 */
export class Sandbox {
  readonly #state: SandboxState;
  readonly #timeline: Timeline<SandboxEvent>;
  readonly #random: Random;
  readonly #loops: readonly Loop[];
  #isReconcilePlanned = false;
  #writes = 0;
  readonly core: Core;

  constructor(state: SandboxState, loops: readonly Loop[], market: Market) {
    this.#state = state;
    this.#timeline = new Timeline(state.timeline);
    this.#random = new Random(state.random);
    this.#loops = loops;
    const faults = new FaultInjector();
    const nowMs = (): number => this.#timeline.nowMs;
    const after = (delayMs: number, event: SandboxEvent): void => this.#timeline.after(delayMs, event);
    const surroundings = { state, random: this.#random, nowMs };
    const api = new ApiServer({ ...surroundings, onWrite: (write) => this.#onWrite(write) });
    const aws = new AwsAccount({
      ...surroundings,
      state: state.aws,
      after,
      onWrite: (actor, operation, input) => this.#note({ actor, operation, target: operation, detail: input }),
      hasCapacity: (offer) => faults.hasCapacity(offer),
      priceUsdPerHour: (offer) => priceIn(market.prices, offer),
    });
    addOperations(aws);
    this.core = { state, api, aws, random: this.#random, faults, market, nowMs, after };
    this.#isReconcilePlanned = state.timeline.events.some(({ event }) => event.kind === "reconcile");
    const planned = new Set(state.timeline.events.map(({ event }) => event.kind));
    for (const loop of loops) if (!planned.has(loop.event)) after(loop.everyMs, { kind: loop.event } as SandboxEvent);
    // Controllers look at a world they have not seen.
    this.#planReconcile();
  }

  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  /** Grows with every write: tells whether there is something to save. */
  get writes(): number {
    return this.#writes;
  }

  get audit(): readonly AuditEntry[] {
    return this.#state.audit;
  }

  /** Lets the world act until that much time has passed. */
  advance(ms: number): void {
    const until = this.#timeline.nowMs + ms;
    const most = 5000 + (ms / 1000) * eventsPerSecond;
    for (let handled = 0; ; handled++) {
      const event = this.#timeline.next(until);
      if (event === undefined) break;
      if (handled > most)
        throw new Error(`the sandbox does not settle: ${handled} events in ${ms} ms, last ${event.kind}`);
      this.#handle(event);
    }
    this.#timeline.moveTo(until);
    this.#writes += 1;
  }

  /** Everything as plain data, to be continued by another process. */
  save(): SandboxState {
    this.#state.random = this.#random.state;
    this.#state.timeline = this.#timeline.state;
    return this.#state;
  }

  #handle(event: SandboxEvent): void {
    const { core } = this;
    switch (event.kind) {
      case "reconcile":
        this.#isReconcilePlanned = false;
        return reconcileControllers(core);
      case "pod-ready":
        return podStarted(core, event.pod, event.uid);
      case "pod-gone":
        return podGone(core, event.pod, event.uid);
      case "job-done":
        return podSucceeded(core, event.pod, event.uid);
      case "instance-running":
        setRunning(core.aws, event.instance);
        return this.#planGroups();
      case "node-joins":
        return joinNode(core, event.instance);
      case "node-ready":
        return nodeReady(core, event.node, event.uid);
      case "instance-terminated":
        setTerminated(core.aws, event.instance);
        return this.#planGroups();
      case "node-removed":
        return removeNode(core, event.node);
      case "groups":
        reconcileGroups(core.aws);
        return this.#planReconcile();
      case "eks-update-done":
        return finishUpdate(core.aws, event.update, (nodegroup, change) => relabelNodes(core, nodegroup, change));
      case "autoscaler-loop":
      case "autoscaler-deletions":
      case "karpenter-loop":
        return this.#runLoop(event);
    }
  }

  #runLoop(event: SandboxEvent): void {
    const loop = this.#loops.find((one) => one.event === event.kind);
    if (loop === undefined) return;
    loop.run(this.core);
    this.#timeline.after(loop.everyMs, event);
  }

  #planGroups(): void {
    this.#timeline.after(500, { kind: "groups" });
    this.#planReconcile();
  }

  #planReconcile(): void {
    if (this.#isReconcilePlanned) return;
    this.#isReconcilePlanned = true;
    this.#timeline.after(reconcileMs, { kind: "reconcile" });
  }

  #onWrite(write: Write): void {
    if (write.resource !== "events" && write.resource !== "leases") {
      this.#planReconcile();
      this.#note({ actor: write.actor, operation: `kube:${write.verb} ${write.resource}`, target: write.key });
    }
    this.#writes += 1;
    if (write.resource !== "pods" || write.after === undefined) return;
    const pod = podOf(write.after);
    const wasBound = isObject(write.before?.["spec"]) && write.before["spec"]["nodeName"] !== undefined;
    if (!wasBound && pod.spec.nodeName !== undefined) startPod(this.core, pod);
    const wasEnding = write.before?.metadata.deletionTimestamp !== undefined;
    if (!wasEnding && pod.metadata.deletionTimestamp !== undefined) stopPod(this.core, pod);
  }

  // What controllers do to statuses all the time would drown what a test looks for.
  #note(entry: Omit<AuditEntry, "atMs">): void {
    this.#writes += 1;
    if (quiet.has(entry.actor) && entry.operation.startsWith("kube:update")) return;
    this.#state.audit.push({ atMs: this.#timeline.nowMs, ...entry });
  }
}

const quiet = new Set([
  "kubelet",
  "deployment-controller",
  "replicaset-controller",
  "statefulset-controller",
  "daemonset-controller",
  "job-controller",
  "disruption-controller",
  "node-lifecycle-controller",
]);

function podOf(object: NonNullable<Write["after"]>): Pod {
  // Told apart by its resource at the only call.
  return object as unknown as Pod;
}

function addOperations(aws: AwsAccount): void {
  aws.add("iam", iamOperations(aws));
  aws.add("eks", eksOperations(aws));
  aws.add("ec2", { ...ec2Operations(aws), ...launchTemplateOperations(aws), ...fleetOperations(aws) });
  aws.add("autoscaling", autoscalingOperations(aws));
  aws.add("sqs", sqsOperations(aws));
  aws.add("events", eventsOperations(aws));
  aws.add("sts", stsOperations(aws));
  aws.add("ssm", ssmOperations(aws));
  aws.add("servicequotas", quotaOperations(aws));
}
