import type { Gate, MigrationContext } from "../../src/migration/contexts.ts";
import { type MigrationPlan, planSchema, type Stage } from "../../src/migration/plan.ts";
import type { Step } from "../../src/migration/step.ts";

/** A gate as the plans of cut-overs carry it. */
export const podsGateOf = (title = "no pod pending"): Gate => ({ kind: "pods", title, params: { timeoutMs: 60_000 } });

const group = { cluster: "c", group: "batch", groupKind: "managed", autoScalingGroupName: "asg-batch" } as const;
const consents = { bare: [], protected: [] };

/** A step of a cut-over that can be undone: what it does does not matter. */
export function someStep(id: string, title = id, target = id): Step {
  return {
    id,
    kind: "migrate/cordon",
    action: "change",
    title,
    why: "",
    target,
    params: { ...group, nodes: [], wave: "w", consents },
    calls: [],
    undo: "restore",
  };
}

/** A step that drains some nodes. */
export function drainStepOf(id: string, title: string, nodes: readonly string[]): Step {
  return {
    id,
    kind: "migrate/drain",
    action: "change",
    title,
    why: "",
    target: `nodegroup/${id}`,
    params: {
      ...group,
      nodes: nodes.map((name, i) => ({ name, instanceId: `i-${i}` })),
      wave: "w",
      consents,
      timeoutMs: 60_000,
    },
    calls: [],
    undo: "none-needed",
  };
}

/** A cut-over with these stages. */
export function migrationPlanOf(
  stages: readonly Stage[],
  given: { readonly id?: string; readonly cluster?: string; readonly context?: Partial<MigrationContext> } = {},
): MigrationPlan {
  return {
    schema: planSchema,
    id: given.id ?? "p",
    command: "migrate",
    cluster: { name: given.cluster ?? "c", region: "eu-west-1", accountId: "111122223333", server: "s" },
    madeAt: "2026-11-25T10:00:00Z",
    stages,
    context: {
      baseline: { pending: {}, missing: {}, nodes: 0 },
      options: {},
      pools: [],
      leftOut: [],
      groups: [],
      before: { nodes: 0, usdPerHour: null },
      ...given.context,
    },
  };
}
