import { expect, test } from "vitest";
import { migrationPlanOf, podsGateOf, someStep } from "../../test/support/plans.ts";
import { admitted } from "./journal-form.ts";
import type { Plan } from "./plan.ts";

const plan = migrationPlanOf([{ id: "one", title: "one", steps: [someStep("a")], gates: [podsGateOf()] }]);
const head = { seq: 1, at: "2026-11-25T10:00:00.000Z", planId: plan.id, by: "anna@one" };
const known = (): Map<string, Plan> => new Map([[plan.id, plan]]);

test("an entry comes through the door as it was written", () => {
  const entry = { ...head, type: "planned", plan };
  const plans = new Map<string, Plan>();
  expect(admitted(entry, plans)).toBe(entry);
  expect(plans.get(plan.id)).toEqual(plan);
});

const step = { ...someStep("a") };
const stages = (steps: readonly unknown[]): unknown => [{ id: "one", title: "one", steps, gates: [] }];

test.each<[string, unknown, RegExp]>([
  ["no object", "x", /^is not a journal entry$/],
  ["no number", { ...head, seq: 0, type: "paused" }, /^is not a journal entry: seq/],
  ["an unknown event", { ...head, type: "flown" }, /^is not a journal entry: type/],
  [
    "a later schema",
    { ...head, type: "planned", plan: { ...plan, schema: "dovetail.plan/9" } },
    /schema dovetail.plan\/9.*use the version that wrote it/,
  ],
  ["a plan under another name", { ...head, planId: "q", type: "planned", plan }, /holds plan p under the name q/],
  ["an unknown command", { ...head, type: "planned", plan: { ...plan, command: "fly" } }, /^holds a plan that is none/],
  [
    "a context that lacks a part",
    { ...head, type: "planned", plan: { ...plan, context: {} } },
    /^holds a plan that is none: context\.baseline/,
  ],
  [
    "an unknown kind",
    { ...head, type: "planned", plan: { ...plan, stages: stages([{ ...step, kind: "migrate/fly" }]) } },
    /step a of kind migrate\/fly.*does not know/,
  ],
  [
    "params of another form",
    { ...head, type: "planned", plan: { ...plan, stages: stages([{ ...step, params: {} }]) } },
    /step a in another form: cluster/,
  ],
  [
    "a node's name that is an option",
    {
      ...head,
      type: "planned",
      plan: {
        ...plan,
        stages: stages([{ ...step, params: { ...step.params, nodes: [{ name: "--all", instanceId: "i-1" }] } }]),
      },
    },
    /nodes\.0\.name: is no name of a Kubernetes object/,
  ],
  ...(
    [
      [
        "a role binding",
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "a" } },
      ],
      ["a pod that is no canary", { apiVersion: "v1", kind: "Pod", metadata: { name: "miner" } }],
      ["a NodePool of another group", { apiVersion: "evil.example/v1", kind: "NodePool", metadata: { name: "a" } }],
      ["a NodePool without a name", { apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: {} }],
      ["a kind called __proto__", { apiVersion: "v1", kind: "__proto__", metadata: { name: "a" } }],
    ] as const
  ).map(([what, object]): [string, unknown, RegExp] => [
    `${what} to apply`,
    {
      ...head,
      type: "planned",
      plan: { ...plan, stages: stages([{ ...step, kind: "kube-manifest", params: { object } }]) },
    },
    /object: is no pool or node class of Karpenter's, and no pod of a canary/,
  ]),
  [
    "an unknown gate",
    {
      ...head,
      type: "planned",
      plan: {
        ...plan,
        stages: [{ id: "one", title: "one", steps: [], gates: [{ kind: "moon", title: "", params: {} }] }],
      },
    },
    /^holds a plan that is none: stages\.0\.gates/,
  ],
  [
    "a record without its plan",
    { ...head, planId: "q", type: "intent", step: "a", before: null },
    /step a of a plan that no entry before it holds/,
  ],
  [
    "a record of an unknown step",
    { ...head, type: "intent", step: "z", before: null },
    /step z, which plan p does not hold/,
  ],
  [
    "a record of another form",
    { ...head, type: "intent", step: "a", before: { uncordoned: "n1" } },
    /records step a in another form: uncordoned/,
  ],
])("%s is refused with what is wrong", (_name, entry, problem) => {
  expect(admitted(entry, known())).toMatch(problem);
});

test("what a later minor version adds is let be", () => {
  const entry = { ...head, type: "planned", plan: { ...plan, mood: "good" }, weather: "fine" };
  expect(admitted(entry, new Map())).toBe(entry);
});
