import type { Question, RunEvent, Warning, Work } from "../../ports/run-event.ts";
import type { RecordedPart } from "../../app/observe/frame.ts";
import { undoTitle } from "./undo-title.ts";
import { count } from "./table.ts";

/** The line that an event leaves behind; undefined for news that pass. */
export function eventLine(event: RunEvent): string | undefined {
  switch (event.kind) {
    case "step-began":
      return event.step.title;
    case "undo-began":
      return undoTitle(event.step, event.before);
    case "paused":
      return `paused, as ${event.by} asked`;
    case "secrets-left-unread":
      return `left ${count(event.count, "Secret")} in ${event.name} unread; take them out of dumps before sharing them`;
    case "stage-began":
    case "wave":
    case "step-ended":
    case "undo-ended":
    case "waiting":
    case "waited":
    case "evicted":
    case "gate":
    case "warning":
    case "working":
    case "worked":
      return undefined;
  }
}

/** Where an event begins a part of a migration: which, and what it is called; undefined for other news. */
export function beginningOf(event: RunEvent): { readonly text: string; readonly begins: RecordedPart } | undefined {
  switch (event.kind) {
    case "stage-began":
      return { text: event.stage.title, begins: "stage" };
    case "wave":
      return { text: `wave of ${event.group}: ${count(event.nodes.length, "node")}`, begins: "wave" };
    case "undo-began":
      return event.plan.command === "migrate" && event.place.number === 1
        ? { text: "the migration is taken back", begins: "rollback" }
        : undefined;
    default:
      return undefined;
  }
}

/** What is shown while something is under way, and replaced by what comes next; empty when it is over, undefined for other news. */
export function passingLine(event: RunEvent): string | undefined {
  switch (event.kind) {
    case "waiting":
      return progressText(event.what, event.done, event.of, event.missing);
    case "working":
      return progressText(workText(event.work), event.done, event.of, event.at);
    case "waited":
    case "worked":
      return "";
    default:
      return undefined;
  }
}

function progressText(what: string, done: number, of: number | undefined, detail: string | undefined): string {
  const counted = done === 0 && of === undefined ? "" : `  ${of === undefined ? done : `${done} of ${of}`}`;
  return `${what}${counted}${detail === undefined || detail === "" ? "" : `  ${detail}`}`;
}

const worldWords = {
  autoscaler: "playing the cluster under Cluster Autoscaler, hours",
  migration: "playing the migration",
  karpenter: "playing the cluster under Karpenter, hours",
  all: "rehearsing, seeds",
} as const;

function workText(work: Work): string {
  switch (work.code) {
    case "reading":
      return `reading ${work.name}`;
    case "simulating":
      return `simulating ${count(work.pods, "pod")}`;
    case "rehearsing":
      return worldWords[work.world];
    case "judging":
      return "judging and simulating";
  }
}

/** A warning as a sentence. */
export function warningText(warning: Warning): string {
  switch (warning.code) {
    case "journal-torn":
      return `the last line of ${warning.where} was cut short by a crash and was dropped; the step it belongs to is looked at again`;
    case "prices-unknown":
      return `prices are unknown: ${warning.problem}`;
    case "spot-unknown":
      return `which nodes are spot is not known: ${warning.problem}`;
    case "prices-refused":
      return `${warning.operation}: ${warning.problem}; list prices shipped with dovetail stand in`;
    case "forecast-unknown":
      return `no forecast: ${warning.problem}`;
    case "simulation-left-out":
      return `the simulation is left out: ${warning.problem}${warning.fix === undefined ? "" : ` (${warning.fix})`}`;
    case "waiting-unknown":
      return `what the step waits for is unknown: ${warning.problem}`;
    case "account-elsewhere":
      return (
        `the kubeconfig speaks to ${warning.server}, but EKS cluster ${warning.cluster} has ${warning.endpoint}: ` +
        "check --cluster, --region and --profile"
      );
  }
}

/** A question as a person reads it, and the flag that answers it where nobody is there. */
export interface AskedQuestion {
  readonly text: string;
  readonly flag: string;
  /** `--yes` is no answer to a severe one: the cluster's name is. */
  readonly isSevere: boolean;
}

/** A question as a person reads it. */
export function questionText(question: Question): AskedQuestion {
  const { cluster } = question;
  const ordinary = (text: string): AskedQuestion => ({ text, flag: "--yes", isSevere: false });
  const severe = (text: string): AskedQuestion => ({ text, flag: `--confirm ${cluster}`, isSevere: true });
  switch (question.code) {
    case "setup":
      return ordinary(`apply ${count(question.changes, "change")} to cluster ${cluster}?`);
    case "uninstall":
      if (question.nodes === 0) return ordinary(`undo ${count(question.steps, "step")} on cluster ${cluster}?`);
      return severe(`this ends ${count(question.nodes, "node")} of Karpenter on ${cluster} with everything on them`);
    case "undo-setup":
      return ordinary(`undo ${count(question.steps, "step")} on cluster ${cluster}?`);
    case "install":
      return ordinary(`install Karpenter ${question.version} on cluster ${cluster}?`);
    case "canary":
      return ordinary(`launch one node on cluster ${cluster} and remove it again?`);
    case "migrate":
      return severe(`this moves ${cluster} from Cluster Autoscaler to Karpenter`);
    case "rollback":
      return severe(`this brings ${cluster} back to Cluster Autoscaler and its node groups`);
  }
}
