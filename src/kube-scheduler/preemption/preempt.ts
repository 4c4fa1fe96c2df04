import type { Pod } from "../../kube/objects.ts";
import { isTerminating } from "../../kube/pod.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { Diagnosis } from "../cycle/decide.ts";
import { failureMessage } from "../cycle/message.ts";
import { isRefusal } from "../framework.ts";
import type { PodInfo } from "../pods/registry.ts";
import { type PluginRefusal, refusal } from "../refusal.ts";
import { bestCandidates } from "./choice.ts";
import { mayGo, type PreemptionCandidate, type PreemptionQuestion, victimsOn } from "./dry-run.ts";

/** What came of trying to make room. */
export interface Preemption {
  /** Why there is nobody to go; undefined when there is. */
  readonly refusal: string | undefined;
  /** It could not be found out: what other plugins say is not told then. */
  readonly isError: boolean;
  /** Whether a node that is nominated for the pod is given up. */
  readonly clearsNomination: boolean;
  /** Nodes on which it would help, of those that were tried. */
  readonly candidates: readonly PreemptionCandidate[];
  /** Those between which only chance decides, first by name first: the first is taken. */
  readonly best: readonly PreemptionCandidate[];
}

/** What preemption is told beside the question itself. */
export interface Unschedulable {
  readonly info: PodInfo;
  readonly diagnosis: Diagnosis;
  /** All nodes, in the scheduler's order. */
  readonly nodes: readonly NodeState[];
  /** The node the pod is nominated to already, empty for none. */
  readonly nominatedNodeName: string;
}

/**
 * Looks for pods whose going would let a pod run (DefaultPreemption; framework/preemption/preemption.go, `Preempt`). Without a question the
 * pod was refused before any node was asked, for good.
 */
export function preempt(question: PreemptionQuestion | undefined, failed: Unschedulable): Preemption {
  const { diagnosis, nodes } = failed;
  const bar = barTo(failed);
  if (bar !== undefined) return refusedWith(bar);
  const potential = nodes.filter(({ name }) => !refusalFrom(diagnosis, name).isFinal);
  const { candidates, refused, mistakes } = question === undefined ? nothingTried : tryNodes(question, potential);
  if (candidates.length > 0)
    return {
      refusal: undefined,
      isError: false,
      clearsNomination: false,
      candidates,
      best: bestCandidates(candidates),
    };
  if (mistakes.length > 0) return { ...refusedWith(aggregated(mistakes)), isError: true };
  const text = failureMessage(
    { allNodes: nodes.length, refused, absent: notHelpful, before: undefined, plugins: new Set() },
    "",
  );
  return { ...refusedWith(text), clearsNomination: true };
}

function refusedWith(why: string): Preemption {
  return { refusal: why, isError: false, clearsNomination: false, candidates: [], best: [] };
}

function refusalFrom({ refused, absent }: Diagnosis, nodeName: string): PluginRefusal {
  return refused.get(nodeName) ?? absent ?? notHelpful;
}

const notHelpful = refusal("DefaultPreemption", "Preemption is not helpful for scheduling", true);

// PodEligibleToPreemptOthers: why the pod may not preempt anybody now.
function barTo({ info, diagnosis, nodes, nominatedNodeName }: Unschedulable): string | undefined {
  if (info.shape.neverPreempts) return "not eligible due to preemptionPolicy=Never.";
  if (nominatedNodeName === "") return undefined;
  if (refusalFrom(diagnosis, nominatedNodeName).isFinal) return undefined;
  const nominated = nodes.find(({ name }) => name === nominatedNodeName);
  const isMakingRoom = nominated?.pods.some((other) => mayGo(other, info) && isBeingPreempted(other.pod)) === true;
  return isMakingRoom ? "not eligible due to a terminating pod on the nominated node." : undefined;
}

function isBeingPreempted(pod: Pod): boolean {
  const condition = pod.status?.conditions?.find(({ type }) => type === "DisruptionTarget");
  return isTerminating(pod) && condition?.status === "True" && condition.reason === "PreemptionByScheduler";
}

const nothingTried: Tried = { candidates: [], refused: new Map(), mistakes: [] };

interface Tried {
  readonly candidates: readonly PreemptionCandidate[];
  readonly refused: ReadonlyMap<string, PluginRefusal>;
  readonly mistakes: readonly string[];
}

// DryRunPreemption: until there are enough, one of them without a violation. The original begins at a random node, this at the first.
function tryNodes(question: PreemptionQuestion, nodes: readonly NodeState[]): Tried {
  const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = question.framework.profile;
  const share = Math.trunc((nodes.length * minCandidateNodesPercentage) / 100);
  const enough = Math.min(Math.max(share, minCandidateNodesAbsolute), nodes.length);
  const candidates: PreemptionCandidate[] = [];
  const refused = new Map<string, PluginRefusal>();
  const mistakes: string[] = [];
  let isHarmless = false;
  for (const node of nodes) {
    const answer = victimsOn(question, node);
    if (answer === undefined) continue;
    if ("victims" in answer) {
      candidates.push(answer);
      isHarmless ||= answer.violations === 0;
      if (isHarmless && candidates.length >= enough) break;
    } else if (isRefusal(answer)) refused.set(node.name, answer);
    else mistakes.push(answer.message);
  }
  return { candidates, refused, mistakes };
}

// utilerrors.Aggregate
function aggregated(mistakes: readonly string[]): string {
  const different = [...new Set(mistakes)];
  return different.length === 1 ? (different[0] ?? "") : `[${different.join(", ")}]`;
}
