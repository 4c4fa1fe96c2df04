import type { ResourceName } from "../../../kube/resources.ts";
import type { Step } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import { isHeld } from "../../../karpenter/hold.ts";
import type { Observation, StepHandler } from "../../run/handler.ts";
import { readGroup } from "../groups.ts";
import { groupFrom } from "../params.ts";
import { mayProvision, readiness, readPools } from "../pools.ts";
import { karpenterLook } from "./hand-over.ts";
import { textsAt, listAt, numberAt, objectAt } from "../../../kube/json.ts";

type Look = (step: Step, world: World) => Promise<Observation>;

/** Karpenter's controller is there and ready. */
const karpenter: Look = async (_step, world) => {
  const look = await karpenterLook(world);
  return look.isDone
    ? { state: "done", after: null, detail: "its controller is ready" }
    : { state: "blocked", detail: look.detail, hint: "run `dovetail install` first" };
};

/** Every pool is ready, and held until the hand-over. */
const pools: Look = async (step, world) => {
  for (const pool of await readPools(world, textsAt(step.params["pools"]))) {
    const { name } = pool.metadata;
    if (!isHeld(pool) || mayProvision(pool)) {
      return {
        state: "blocked",
        detail: `NodePool ${name} is not held: Karpenter would act beside Cluster Autoscaler`,
        hint: "run `dovetail install`, which holds it",
      };
    }
    const ready = readiness(pool);
    if (ready?.isReady !== true) {
      const detail = `NodePool ${name} is not ready: ${ready?.message ?? "Karpenter has not judged it yet"}`;
      return { state: "blocked", detail, hint: "look at the pool and its EC2NodeClass with `kubectl describe`" };
    }
  }
  return { state: "done", after: null, detail: "all held and ready" };
};

/** Node groups have the bounds that the plan recorded. */
const drift: Look = async (step, world) => {
  const sizes = objectAt(step.params["sizes"]);
  for (const entry of listAt(step.params["groups"])) {
    const group = groupFrom(objectAt(entry));
    const planned = objectAt(sizes[group.name]);
    const state = await readGroup(world, group);
    const [min, max] = [numberAt(planned["min"]), numberAt(planned["max"])];
    if (state.min !== min || state.max !== max) {
      return {
        state: "blocked",
        detail: `${group.name} has sizes ${state.min} to ${state.max} now, the plan saw ${min ?? "?"} to ${max ?? "?"}`,
        hint: "run `dovetail migrate` again for a plan of the cluster as it is",
      };
    }
  }
  return { state: "done", after: null, detail: "as planned" };
};

const needs: readonly (readonly [verb: string, resource: ResourceName, subresource?: string])[] = [
  ["list", "pods"],
  ["create", "pods", "eviction"],
  ["create", "pods"],
  ["delete", "pods"],
  ["patch", "nodes"],
  ["patch", "deployments", "scale"],
  ["patch", "nodepools"],
  ["delete", "nodeclaims"],
  ["create", "priorityclasses"],
  ["list", "poddisruptionbudgets"],
];

/** Kubernetes permissions; AWS answers for itself at the first call, before anything irreversible. */
const permissions: Look = async (_step, world) => {
  const missing: string[] = [];
  for (const [verb, resource, subresource] of needs) {
    const allowed = await world.cluster.can(verb, resource, subresource === undefined ? {} : { subresource });
    if (!allowed) missing.push(`${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`);
  }
  if (missing.length === 0) return { state: "done", after: null, detail: "all granted" };
  return {
    state: "blocked",
    detail: `this user may not ${missing.join(", ")}`,
    hint: "bind a role that grants it, then run the command again",
  };
};

/** The checks of the first stage. They change nothing; one that does not hold stops before anything is touched. */
export const checks: readonly StepHandler[] = Object.entries({ karpenter, pools, drift, permissions }).map(
  ([name, observe]): StepHandler => ({
    kind: `migrate/check-${name}`,
    observe,
    record: () => Promise.resolve(null),
    act: () => Promise.resolve(),
  }),
);
