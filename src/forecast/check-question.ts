import { nameOf } from "../kube/pod.ts";
import { usage } from "../fault/fault.ts";
import { nearest } from "../fault/nearest.ts";
import type { SimulateInput, SimulateOptions } from "./options.ts";

/** Refuses what would give an answer to another question than the one asked. */
export function checkQuestion(input: SimulateInput, options: SimulateOptions): void {
  checkPods(input);
  checkDaemonSets(input, options);
}

/** Nothing to place is an answer only where pods were read. */
function checkPods({ snapshot }: SimulateInput): void {
  if (snapshot.objects.pods !== undefined) return;
  const missing = snapshot.gaps.filter(({ effect }) => effect === "missing-pods");
  throw usage(
    "no-pods",
    `the source holds no pods and no workloads: there is nothing to place${missing.map((one) => `; ${one.detail}`).join("")}`,
    "dump them: `kubectl get nodes,pods,deploy,rs,sts,ds,pdb -A -o json > dump.json`",
  );
}

/** A misspelt name would leave everything as it is and look like an answer. */
function checkDaemonSets({ snapshot }: SimulateInput, options: SimulateOptions): void {
  const known = snapshot.objects.daemonsets;
  const names = new Set((known ?? []).flatMap((one) => [one.metadata.name, nameOf(one)]));
  const unknown = (options.withoutDaemonSets ?? []).find((name) => !names.has(name));
  if (unknown === undefined) return;
  if (known === undefined) {
    throw usage(
      "no-daemonsets",
      "the source holds no DaemonSets to leave out",
      "dump them too: `kubectl get ds -A -o json`",
    );
  }
  const close = nearest(unknown, Array.from(names));
  const list = known.map(nameOf).slice(0, 5).join(", ");
  throw usage(
    "no-such-daemonset",
    `there is no DaemonSet ${unknown}`,
    close === undefined ? `there are ${list}` : `did you mean ${close}?`,
  );
}
