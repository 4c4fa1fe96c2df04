import { nameOfSubject } from "./blockers.ts";
import { usage } from "../../fault/fault.ts";
import { textAt } from "../../kube/json.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import type { Accepted } from "../../migration/shift/options.ts";
import { zonesCode } from "../../migration/shift/spread.ts";
import type { JournalWriter } from "../run/writer.ts";

/** How the journal calls the decision to go on although a workload lost a zone. */
const noteKind = "accept-zones";

/**
 * Writes down that some workloads may lie in fewer zones from now on. Throws `usage.accept` for anything but lost zones, which a plan made
 * anew would have to weigh, and for a workload that did not lie in several zones.
 */
export async function acceptLosses(
  journal: JournalWriter<MigrationPlan>,
  accepted: readonly Accepted[],
): Promise<void> {
  for (const { code, name, reason } of accepted) {
    if (code !== zonesCode) {
      const how = "roll back with `dovetail rollback`, and accept it when you run `dovetail migrate`";
      throw usage("accept", `resume accepts lost zones only, not ${code}`, how);
    }
    const [subject] = workloadsNamed(journal.plan, name);
    if (subject === undefined) {
      const known = Object.keys(journal.plan.context.baseline.zones ?? {}).map(nameOfSubject);
      const how = `workloads in several zones: ${known.join(", ") || "none"}`;
      throw usage("accept", `${name} lay in no more than one zone before the migration`, how);
    }
    await journal.append({ type: "note", kind: noteKind, detail: { code, name, reason } });
  }
}

/** The plan with what was accepted since it was made. */
export function withAccepted(journal: JournalWriter<MigrationPlan>): MigrationPlan {
  const { plan } = journal;
  const since = journal.entries.flatMap((entry) =>
    entry.planId === plan.id && entry.type === "note" && entry.kind === noteKind
      ? workloadsNamed(plan, textAt(entry.detail, "name") ?? "").map((subject) => ({
          code: zonesCode,
          subject,
          reason: textAt(entry.detail, "reason") ?? "",
        }))
      : [],
  );
  if (since.length === 0) return plan;
  return { ...plan, context: { ...plan.context, accepted: [...(plan.context.accepted ?? []), ...since] } };
}

/** `Deployment/shop/cart` for `shop/cart`. */
function workloadsNamed(plan: MigrationPlan, name: string): readonly string[] {
  return Object.keys(plan.context.baseline.zones ?? {}).filter((workload) => nameOfSubject(workload) === name);
}
