import type { Node, Pod } from "../../../kube/objects.ts";
import { nameOf } from "../../../kube/pod.ts";
import type { ScaleUp } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";
import { areAllNew } from "../pods/pending.ts";
import type { Room } from "../room/room.ts";
import type { RegistryState } from "../state/registry.ts";
import { isReadyAndSchedulable } from "../state/readiness.ts";
import { noScaleUp } from "../tell.ts";
import { tellPods } from "./events.ts";
import { raiseToMinimums } from "./minimums.ts";
import { scaleUp, type ScaleUpOutcome } from "./scale-up.ts";
import { upcoming } from "./upcoming.ts";

interface Run {
  readonly room: Room;
  readonly state: RegistryState;
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
}

/** The scale-ups of one loop: usually one or none. */
export class ScaleUps {
  readonly all: ScaleUp[] = [];
  /** All pods are so young that more may follow: nothing grows or shrinks. */
  forbidsScaleDown = false;
  readonly #loop: LoopState;
  readonly #upcomingNames: Map<string, string>;
  /** What stands for a scale-up while none was tried. */
  #untried = noScaleUp("notTried");

  constructor(loop: LoopState, upcomingNames: Map<string, string>) {
    this.#loop = loop;
    this.#upcomingNames = upcomingNames;
  }

  /** Helps pods, if the time is right; the last scale-up, if one was tried. */
  run(of: Run): ScaleUp | undefined {
    const { settings, view, nodes, calls } = this.#loop;
    const limit = settings.of("max-nodes-total");
    if (of.pods.length === 0) {
      this.#untried = noScaleUp("notNeeded");
      return undefined;
    }
    if (limit > 0 && nodes.filter(isReadyAndSchedulable).length >= limit) {
      this.#untried = noScaleUp("noOptions");
      if (!settings.behaviour.tellsFullCluster) return undefined;
      calls.tell("MaxNodesTotalReached", `Max total nodes in cluster reached: ${limit}`, "Warning");
      const unhelped = of.pods.map((pod) => ({ pod: nameOf(pod), groups: {} }));
      this.#untried = { ...noScaleUp("limitedByMaxNodesTotal"), unhelped };
      return undefined;
    }
    if (settings.of("bypassed-scheduler-names").length === 0 && areAllNew(of.pods, view.nowMs)) {
      this.forbidsScaleDown = true;
      this.#untried = noScaleUp("inCooldown");
      return undefined;
    }
    return (settings.of("salvo-scale-up") ? this.#salvo(of) : this.#single(of)).status;
  }

  /** Raises groups to their minimums. */
  raiseToMinimums(state: RegistryState, nodes: readonly Node[]): ScaleUp {
    const status = raiseToMinimums(this.#loop, state, nodes);
    this.#note(status);
    return status;
  }

  /** The loop is over: what was not even tried is told at the very end. */
  end(): void {
    if (this.all.length === 0) this.#note(this.#untried);
  }

  #single({ room, state, pods, nodes }: Run): ScaleUpOutcome {
    const { settings } = this.#loop;
    const upcomingCount = settings.behaviour.scaleUpSeesAllNodes ? 0 : this.#upcomingNames.size;
    const outcome = scaleUp({ loop: this.#loop, state, room, pods, nodes, nodeCount: nodes.length + upcomingCount });
    this.#note(outcome.status);
    return outcome;
  }

  /** One after the other, each on top of those before it (`runScaleUpSalvo`). */
  #salvo(of: Run): ScaleUpOutcome {
    let { pods, nodes } = of;
    for (let round = 0; ; round++) {
      pods = this.#loop.luck.order("salvoPods", pods, nameOf);
      const outcome = this.#single({ ...of, pods, nodes });
      if (outcome.status.result !== "successful" || outcome.handled.length === 0) return outcome;
      const handled = new Set(outcome.handled);
      pods = pods.filter((pod) => !handled.has(pod));
      if (pods.length === 0) return outcome;
      const added = this.#addGrown(of.room, outcome, round);
      if (added === undefined) return outcome;
      nodes = [...nodes, ...added];
    }
  }

  #addGrown(room: Room, { growths, handled }: ScaleUpOutcome, round: number): readonly Node[] | undefined {
    const suffix = `salvo-${round}`;
    const added: Node[] = [];
    for (const { group, from, to } of growths) {
      const template = this.#loop.templates.get(group.name);
      if (template === undefined || to <= from) return undefined;
      const pods = template.pods.map((pod) => room.cluster.registry.infoOf(pod));
      for (let number = 0; number < to - from; number++) {
        const name = `${template.node.metadata.name}-${number}-${suffix}`;
        const node = room.addNode(upcoming(template.node, name), pods);
        this.#upcomingNames.set(name, `salvo:${group.name}:${number}`);
        added.push(node.node);
      }
    }
    const isPlaced = (pod: Pod): boolean =>
      room.placeAnywhere(room.unbound(pod), (one) => one.name.endsWith(suffix)) !== undefined;
    return handled.every(isPlaced) ? added : undefined;
  }

  #note(status: ScaleUp): void {
    const { memory, view } = this.#loop;
    this.all.push(status);
    tellPods(this.#loop, status);
    if (status.result === "successful") memory.lastScaleUpMs = view.nowMs;
  }
}
