import type { AssessmentCode } from "../../../src/findings/registry.ts";
import type { Snapshot } from "../../../src/snapshot/snapshot.ts";

/** A cluster in which a rule speaks, and one nearly the same in which it has nothing to say. docs/rules shows what it said. */
interface RuleCase {
  readonly fires: Snapshot;
  readonly quiet: Snapshot;
}

/** Cases by code. */
export type RuleCases = Partial<Readonly<Record<AssessmentCode, RuleCase>>>;
