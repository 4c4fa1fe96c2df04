// Mirrors framework/plugins/defaultpreemption/default_preemption.go of kube-scheduler 1.35.
import type { NodeState } from "../cluster/node-state.ts";
import { askWithNominated, type NominatedTo } from "../cycle/find-nodes.ts";
import type { Moved, Prefiltered } from "../cycle/prefiltered.ts";
import type { FilterAnswer, Framework } from "../framework.ts";
import type { PodInfo } from "../pods/registry.ts";
import { type PluginRefusal, refusal } from "../refusal.ts";
import { type OpenBudget, byViolation } from "./budgets.ts";
import { sortByImportance } from "./importance.ts";

/** A node that would have room without some of its pods. */
export interface PreemptionCandidate {
  readonly node: NodeState;
  /** Most important first; at least one. */
  readonly victims: readonly PodInfo[];
  /** How many of them a disruption budget would have kept. */
  readonly violations: number;
}

/** For whom room is to be made, and what is known of the cluster. */
export interface PreemptionQuestion {
  readonly framework: Framework;
  readonly asked: Prefiltered;
  readonly nominatedTo: NominatedTo;
  /** Asked for only where somebody could go. */
  readonly budgets: () => readonly OpenBudget[];
}

/** Whether a pod may be preempted for another: its priority is lower. */
export function mayGo(victim: PodInfo, preemptor: PodInfo): boolean {
  return victim.shape.priority < preemptor.shape.priority;
}

/**
 * Finds the pods that would have to leave a node (default_preemption.go, `SelectVictimsOnNode`): all of lower priority go, then as many as
 * can stay come back, most important first, those first whose going would violate a budget.
 */
export function victimsOn(question: PreemptionQuestion, node: NodeState): PreemptionCandidate | FilterAnswer {
  const preemptor = question.asked.info;
  if (node.leastPriority >= preemptor.shape.priority) return nobodyToGo;
  const potential = node.pods.filter((info) => mayGo(info, preemptor));
  const trial = new Trial(question, node);
  for (const info of potential) trial.take(info);
  const answer = trial.ask();
  if (answer !== undefined) return answer;
  const { violating, others } = byViolation(sortByImportance(potential), question.budgets());
  const gone = violating.filter((info) => !trial.reprieve(info));
  const victims = [...gone, ...others.filter((info) => !trial.reprieve(info))];
  if (victims.length === 0)
    return { plugin: "DefaultPreemption", message: `expected at least one victim pod on node "${node.name}"` };
  const isMixed = violating.length > 0 && others.length > 0;
  return { node, victims: isMixed ? sortByImportance(victims) : victims, violations: gone.length };
}

const nobodyToGo: PluginRefusal = refusal("DefaultPreemption", "No preemption victims found for incoming pod", true);

/** A copy of a node from which pods are taken and to which they come back. */
class Trial {
  readonly #question: PreemptionQuestion;
  readonly #node: NodeState;
  readonly #moved: Moved;

  constructor(question: PreemptionQuestion, node: NodeState) {
    this.#question = question;
    this.#node = node.copy();
    this.#moved = question.framework.nothingMoved(question.asked);
  }

  take(info: PodInfo): void {
    this.#node.removeAt(this.#node.pods.lastIndexOf(info));
    this.#move(info, -1);
  }

  ask(): FilterAnswer {
    const { framework, asked, nominatedTo } = this.#question;
    return askWithNominated(framework, asked, this.#node, {
      nominated: nominatedTo(this.#node.name),
      moved: this.#moved,
    });
  }

  /** Lets a pod come back; whether it can stay. */
  reprieve(info: PodInfo): boolean {
    this.#node.add(info);
    this.#move(info, 1);
    if (this.ask() === undefined) return true;
    this.take(info);
    return false;
  }

  #move(info: PodInfo, sign: 1 | -1): void {
    const { framework, asked } = this.#question;
    framework.move(asked, this.#moved, { info, sign });
  }
}
