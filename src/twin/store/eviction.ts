import { evictability } from "../../kube/budget.ts";
import { objectAt, textAt } from "../../kube/json.ts";
import type { Pod, PodDisruptionBudget } from "../../kube/objects.ts";
import type { EvictionAnswer } from "../../kube/requests.ts";
import { compileSelector } from "../../kube/selector.ts";
import { indexes } from "./indexes.ts";
import { asStored } from "./objects.ts";
import type { Store } from "./store.ts";

/** Who asks for which eviction. */
export interface EvictionRequest {
  readonly actor: string;
  /** The instant, as the budget's status keeps it. */
  readonly nowMs: number;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

/** The Eviction API, as the API server's pod eviction storage decides. A granted eviction lowers the budget at once. */
export function evictPod(store: Store, request: EvictionRequest): EvictionAnswer {
  const { actor, namespace, name } = request;
  const pod = store.find("pods", name, namespace);
  if (pod === undefined || (request.uid !== undefined && pod.metadata.uid !== request.uid)) return { kind: "gone" };
  const remove = (): EvictionAnswer => {
    if (request.dryRun !== true) {
      const grace = request.gracePeriodSeconds;
      const options = { verb: "evict", ...(grace === undefined ? {} : { graceSeconds: grace }) } as const;
      store.delete(actor, { resource: "pods", name, namespace }, options);
    }
    return { kind: "evicted" };
  };
  const answer = evictability(pod, budgetsOver(store, pod));
  switch (answer.kind) {
    case "free":
    case "exempt":
      return remove();
    case "impossible":
      return {
        kind: "impossible",
        message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
      };
    case "blocked":
      return { kind: "blocked", message: blockedMessage(answer.budget) };
    case "allowed":
      if (request.dryRun !== true) grant(store, answer.budget, request);
      return remove();
  }
}

/** The budgets whose selectors cover a pod. */
function budgetsOver(store: Store, pod: Pod): readonly PodDisruptionBudget[] {
  return store
    .by(indexes.budgets.byNamespace, pod.metadata.namespace ?? "default")
    .filter((budget) => coveredBy(budget, pod));
}

const compiled = new WeakMap<PodDisruptionBudget["spec"], ReturnType<typeof compileSelector>>();

/** Whether a budget's selector covers a pod of its namespace. An absent selector covers nothing. */
export function coveredBy({ spec }: PodDisruptionBudget, pod: Pod): boolean {
  const selector = compiled.get(spec) ?? compileSelector(spec.selector);
  compiled.set(spec, selector);
  return selector.ok && selector.matches(pod.metadata.labels);
}

/** Pods that a budget has let go and whose end its controller has not seen, with when. */
export function disruptedPods(budget: PodDisruptionBudget): Readonly<Record<string, string>> {
  const pods = objectAt(asStored(budget), "status", "disruptedPods");
  return Object.fromEntries(Object.entries(pods).map(([name, time]) => [name, textAt(time) ?? ""]));
}

function grant(store: Store, budget: PodDisruptionBudget, { name, nowMs }: EvictionRequest): void {
  const atTime = new Date(nowMs).toISOString();
  const status = {
    ...budget.status,
    disruptionsAllowed: (budget.status?.disruptionsAllowed ?? 1) - 1,
    disruptedPods: { ...disruptedPods(budget), [name]: atTime },
  };
  store.put("eviction", "poddisruptionbudgets", { ...budget, status });
}

function blockedMessage(budget: PodDisruptionBudget): string {
  const { desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {};
  const what = "Cannot evict pod as it would violate the pod's disruption budget.";
  return `${what} The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
}
