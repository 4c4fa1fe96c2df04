import type { Workload } from "../../kube/objects.ts";
import { karpenterContainerOf } from "../../karpenter/installations.ts";
import { type Actor, watch } from "../world/actor.ts";
import type { Here } from "../world/here.ts";

interface Memory {
  /** Workloads whose next deploy is planned, by `resource key`. */
  readonly planned: Record<string, true>;
}

const restartedAt = "kubectl.kubernetes.io/restartedAt";

/** The teams that own the workloads: each is rolled out anew once in every period, at a time of its own. */
export function teams(everyMs: number): Actor<Memory> {
  return {
    name: "teams",
    start: () => ({ planned: {} }),
    watches: [
      watch("deployments", ({ key, before }) => (before === undefined ? [`new deployments ${key}`] : [])),
      watch("statefulsets", ({ key, before }) => (before === undefined ? [`new statefulsets ${key}`] : [])),
    ],
    look: (key, here) => {
      const [what = "", resource = "", name = ""] = key.split(" ");
      if (resource !== "deployments" && resource !== "statefulsets") return;
      const target = `${resource} ${name}`;
      const workload = here.store.at(resource, name);
      if (workload === undefined || isOfThePlatform(workload)) return;
      if (what === "new") return plan(here, target, Math.floor(here.dice.fraction() * everyMs));
      deploy(here, resource, workload);
      here.lookAgain(`deploy ${target}`, everyMs);
    },
  };
}

function isOfThePlatform(workload: Workload): boolean {
  return workload.metadata.namespace === "kube-system" || karpenterContainerOf(workload) !== undefined;
}

function plan(here: Here<Memory>, target: string, delayMs: number): void {
  if (here.memory.planned[target]) return;
  here.memory.planned[target] = true;
  here.lookAgain(`deploy ${target}`, delayMs);
}

function deploy(here: Here<Memory>, resource: "deployments" | "statefulsets", workload: Workload): void {
  if ((workload.spec.replicas ?? 1) === 0) return;
  const { template } = workload.spec;
  const annotations = { ...template.metadata?.annotations, [restartedAt]: here.timestamp };
  const next = { ...template, metadata: { ...template.metadata, annotations } };
  here.put(resource, { ...workload, spec: { ...workload.spec, template: next } });
}
