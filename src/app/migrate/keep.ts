import { usage } from "../../fault/fault.ts";
import { numberAt, textAt, textsAt } from "../../kube/json.ts";
import { type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";
import { isOf, type Step } from "../../migration/step.ts";
import type { Reading } from "../../ports/world.ts";
import { withRetry } from "../run/wait.ts";
import type { JournalWriter } from "../run/writer.ts";
import { membersOf, readGroup } from "./groups.ts";
import { groupIn } from "./params.ts";
import { nodesOfInstances } from "./pods.ts";

/** How the journal calls the decision to let more nodes of a group stay than were planned. */
const noteKind = "keep-nodes";

/**
 * Writes down that a group may keep more nodes than its plan says: those that it has now, up to that many. Throws `usage.no-node-group`
 * for a group that the plan does not shift.
 */
export async function keepMore(
  world: Reading,
  journal: JournalWriter<MigrationPlan>,
  keep: ReadonlyMap<string, number>,
): Promise<void> {
  const retired = stepsOfKind(journal.plan, "migrate/retire-group");
  for (const [group, size] of keep) {
    const step = retired.find((one) => one.params.group === group);
    if (step === undefined) {
      const known = retired.map((one) => one.params.group).join(", ");
      throw usage("no-node-group", `the migration shifts no node group ${group}`, `node groups: ${known || "none"}`);
    }
    const state = await withRetry(world, () => readGroup(world, groupIn(step.params)));
    const there = nodesOfInstances(await withRetry(world, () => world.cluster.list("nodes")), membersOf(state));
    const nodes = there
      .filter((node) => node.spec?.unschedulable !== true)
      .map((node) => node.metadata.name)
      .toSorted()
      .slice(0, size);
    await journal.append({ type: "note", kind: noteKind, detail: { group, size, nodes } });
  }
}

/** The step as it is to be made by now: with what was decided since its plan was made. */
export function adjusted(step: Step, journal: JournalWriter<MigrationPlan>): Step {
  const isRetire = isOf(step, "migrate/retire-group");
  const isSweep = isOf(step, "migrate/sweep");
  if (!isRetire && !isSweep) return step;
  const note = journal.entries.findLast(
    (entry) =>
      entry.planId === journal.plan.id &&
      entry.type === "note" &&
      entry.kind === noteKind &&
      textAt(entry.detail, "group") === step.params.group,
  );
  if (note?.type !== "note") return step;
  const nodes = textsAt(note.detail, "nodes");
  const keep = [...new Set([...(step.params.keep ?? []), ...nodes])].toSorted();
  if (isSweep) return { ...step, params: { ...step.params, keep } };
  const size = Math.max(step.params.size, numberAt(note.detail, "size") ?? 0);
  return { ...step, params: { ...step.params, keep, size } };
}
