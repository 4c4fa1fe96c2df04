import { resourceOf } from "./install/options.ts";
import type { KindSpec, KubeAccess, Needs } from "./kind.ts";
import { type StepKind, stepKinds } from "./kinds.ts";
import { type Acting, isOf } from "./step.ts";

/** What some kinds of step must be allowed, together and in order of their names. */
export function needsOfKinds(kinds: readonly StepKind[]): Needs {
  const specs: readonly KindSpec[] = kinds.map((kind) => stepKinds[kind]);
  return {
    aws: [...new Set(specs.flatMap((spec) => spec.needs.aws))].toSorted(),
    kube: [...new Set(specs.flatMap((spec) => spec.needs.kube))].toSorted(),
  };
}

/** What some steps must be allowed: what their kinds need, and for what is applied, its resource. */
export function needsOf(steps: readonly Acting[]): Needs {
  const { aws, kube } = needsOfKinds(steps.map((step) => step.kind));
  const applied = steps.flatMap((step) => (isOf(step, "kube-manifest") ? accessTo(step.params.object) : []));
  return { aws, kube: [...new Set([...kube, ...applied])].toSorted() };
}

function accessTo(object: { readonly kind?: unknown }): readonly KubeAccess[] {
  const resource = resourceOf(typeof object.kind === "string" ? object.kind : "");
  return [`get ${resource}`, `create ${resource}`, `patch ${resource}`, `delete ${resource}`];
}
