/** Each kind of step declares what it must be allowed. Here every call that a handler makes is held against what its kind declares. */
import { expect, test } from "vitest";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { handlers } from "../../src/app/handlers.ts";
import { uninstall } from "../../src/app/install/uninstall.ts";
import { migrate, rollback } from "../../src/app/migrate/migrate.ts";
import { undoSetup } from "../../src/app/setup/undo.ts";
import { defaultOptions } from "../../src/migration/shift/options.ts";
import { isStepKind, type StepKind } from "../../src/migration/kinds.ts";
import type { World } from "../../src/ports/world.ts";
import { by, prepared } from "../support/migration.ts";
import { changesOf } from "../../src/migration/plan.ts";
import { needsOf, needsOfKinds } from "../../src/migration/needs.ts";

/** Who is at work: a handler's methods say so while they run. */
let current: StepKind | undefined;
const made = new Map<StepKind, Set<string>>();

function note(call: string): void {
  if (current === undefined) return;
  made.set(current, (made.get(current) ?? new Set()).add(call));
}

function listening(world: World): World {
  const cluster = new Proxy(world.cluster, {
    get(target, name: keyof World["cluster"]) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        for (const call of accessOf(name, args)) note(call);
        return Reflect.apply(member, target, args);
      };
    },
  });
  const { cloud } = world;
  const heard = <T>(operation: string, call: () => T): T => {
    note(operation);
    return call();
  };
  return {
    ...world,
    cluster,
    cloud: {
      region: cloud.region,
      read: (operation, input) => heard(operation, () => cloud.read(operation, input)),
      write: (operation, input) => heard(operation, () => cloud.write(operation, input)),
      all: (operation, input, items) => heard(operation, () => cloud.all(operation, input, items)),
      allNames: (operation, input, items) => heard(operation, () => cloud.allNames(operation, input, items)),
    },
  };
}

/** The call as RBAC names it; `apply` is a patch that may create. */
function accessOf(method: string, [first, , , options]: readonly unknown[]): readonly string[] {
  const resource = typeof first === "string" ? first : (first as { readonly resource?: string } | undefined)?.resource;
  const subresource = (options as { readonly subresource?: string } | undefined)?.subresource;
  switch (method) {
    case "evict":
      return ["create pods/eviction"];
    case "apply":
      return [`create ${resource}`, `patch ${resource}`];
    case "patch":
      return [`patch ${resource}${subresource === undefined ? "" : `/${subresource}`}`];
    case "list":
    case "get":
    case "create":
    case "delete":
      return [`${method} ${resource}`];
    default:
      return [];
  }
}

/** What the run asks before a step's write, whatever the step: who this is, and whether what it relies on is still so. */
const ofTheSession = ["sts:GetCallerIdentity", "get namespaces"];

/** What the guard of a cut-over reads before a write of any step, all of it declared by steps that every cut-over has. */
const guarding = needsOfKinds([
  "migrate/check-karpenter",
  "migrate/check-pools",
  "migrate/check-drift",
  "migrate/hand-over",
]);
const ofTheGuard = [
  "get deployments",
  "list deployments",
  "get nodepools",
  "autoscaling:DescribeAutoScalingGroups",
  "eks:DescribeNodegroup",
];

function listenToHandlers(): void {
  for (const kind of Object.keys(handlers).filter(isStepKind)) {
    const handler = handlers[kind] as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
    for (const [name, method] of Object.entries(handler)) {
      handler[name] = async (...args) => {
        const outer = current;
        current = kind;
        try {
          return await Reflect.apply(method, handler, args);
        } finally {
          current = outer;
        }
      };
    }
  }
}

test("every call that a step makes, forward and back, is declared by its kind", { timeout: 240_000 }, async () => {
  listenToHandlers();
  const { world: deaf } = await openSandbox({ name: "clean" });
  const world = listening(deaf);
  const facts = await prepared(world, "orchard-prod");
  const { end } = await migrate(world, facts, { by, options: defaultOptions });
  expect(end.kind).toBe("completed");
  await rollback(world, { by });
  await uninstall(world, { by });
  await undoSetup(world, { by });
  const { entries } = await world.journal.read();
  const steps = entries.flatMap((entry) => (entry.type === "planned" ? changesOf(entry.plan) : []));
  const undeclared = [...made].flatMap(([kind, calls]) => {
    const { aws, kube } = needsOf(steps.filter((step) => step.kind === kind));
    const guard = kind.startsWith("migrate/") ? ofTheGuard : [];
    const declared = new Set<string>([...aws, ...kube, ...ofTheSession, ...guard]);
    return [...calls].filter((call) => !declared.has(call)).map((call) => `${kind}: ${call}`);
  });
  expect(undeclared).toEqual([]);
  expect([...guarding.aws, ...guarding.kube]).toEqual(expect.arrayContaining(ofTheGuard));
  expect(made.size).toBeGreaterThan(15);
});
