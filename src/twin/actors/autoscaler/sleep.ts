import type { AutoscalerInstallation } from "../../../autoscaler/types.ts";
import type { ResourceName } from "../../../kube/resources.ts";
import type { AutoscalerHere } from "./here.ts";

/** Everything that `viewOf` reads of the store. */
const seen: readonly ResourceName[] = [
  "nodes",
  "pods",
  "poddisruptionbudgets",
  "daemonsets",
  "replicasets",
  "statefulsets",
  "replicationcontrollers",
  "jobs",
  "namespaces",
  "persistentvolumes",
  "persistentvolumeclaims",
  "storageclasses",
];

interface Sleep {
  readonly installation: AutoscalerInstallation;
  readonly untilMs: number;
  /** Of the account and of each resource. */
  readonly revisions: readonly number[];
}

// Kept beside the memory: a world that is opened again runs one loop more, which finds what the last one found.
const sleeping = new WeakMap<AutoscalerHere, Sleep>();

function revisionsOf({ account, store }: AutoscalerHere): readonly number[] {
  return [account.revision, ...seen.map((resource) => store.revisionOf(resource))];
}

/** Lets the loops until an instant be left out as long as nothing changes; undefined: the next one runs. */
export function sleep(here: AutoscalerHere, installation: AutoscalerInstallation, untilMs: number | undefined): void {
  if (untilMs === undefined) sleeping.delete(here);
  else sleeping.set(here, { installation, untilMs, revisions: revisionsOf(here) });
}

/** Whether this loop would find what the last one found. */
export function isAsleep(here: AutoscalerHere, installation: AutoscalerInstallation): boolean {
  const known = sleeping.get(here);
  if (known === undefined || known.installation !== installation || here.nowMs >= known.untilMs) return false;
  return revisionsOf(here).every((one, at) => one === known.revisions[at]);
}
