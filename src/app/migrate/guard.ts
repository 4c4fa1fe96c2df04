import { Fault } from "../../fault/fault.ts";
import { shellWord } from "../../kube/text.ts";
import { type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";
import type { Reading } from "../../ports/world.ts";
import type { WriteCheck } from "../run/session.ts";
import { withRetry } from "../run/wait.ts";
import type { JournalWriter } from "../run/writer.ts";

/** How often a run looks at what it relies on: before a write, and not more often than that. */
const lookEveryMs = 10_000;

/**
 * What a cut-over relies on from its hand-over on: Cluster Autoscaler rests. Whoever scales it up again meanwhile makes two autoscalers,
 * and the run stops before its next write. The same that the rehearsals check afterwards, checked while it happens.
 */
export function guardOf(world: Reading, journal: JournalWriter<MigrationPlan>): WriteCheck {
  const handOvers = stepsOfKind(journal.plan, "migrate/hand-over");
  let lookedMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (world.clock.nowMs() - lookedMs < lookEveryMs) return;
    lookedMs = world.clock.nowMs();
    for (const step of handOvers.filter(({ id }) => ["done", "kept"].includes(journal.stateOf(id)))) {
      for (const { namespace, deployment } of step.params.autoscalers) {
        const ref = { resource: "deployments" as const, namespace, name: deployment };
        const found = await withRetry(world, () => world.cluster.get(ref));
        const replicas = found?.spec.replicas ?? (found === undefined ? 0 : 1);
        if (replicas > 0) throw twoInCharge(namespace, deployment, replicas);
      }
    }
  };
}

function twoInCharge(namespace: string, deployment: string, replicas: number): Fault {
  return new Fault(
    "migrate.guard",
    `Cluster Autoscaler ${namespace}/${deployment} was scaled up to ${replicas} again`,
    {
      why: "two autoscalers would act against each other; nothing more is changed",
      hint:
        "stop whoever scales it (a person, a GitOps controller), scale it down with " +
        `\`kubectl -n ${shellWord(namespace)} scale deployment ${shellWord(deployment)} --replicas 0\`, ` +
        "then run `dovetail resume`, or `dovetail rollback`",
    },
  );
}
