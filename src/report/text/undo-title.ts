import { numberAt, objectAt, objectsAt, textAt } from "../../kube/json.ts";
import type { Json } from "../../kube/objects.ts";
import { isOf, type Step } from "../../migration/step.ts";

/**
 * What the way back of a step does, said as a deed: `scale kube-system/cluster-autoscaler to 2`, `remove NodePool general`. `before` is
 * what was recorded, where it is known.
 */
export function undoTitle(step: Step, before?: Json): string {
  if (isOf(step, "migrate/hand-over")) {
    const recorded = objectsAt(objectAt(before)["autoscalers"]);
    const scaled = step.params.autoscalers.map(({ namespace, deployment }) => {
      const own = recorded.find(
        (one) => textAt(one["deployment"]) === deployment && textAt(one["namespace"]) === namespace,
      );
      const replicas = own === undefined ? undefined : numberAt(own["replicas"]);
      return `scale ${namespace}/${deployment} to ${replicas ?? "its recorded replicas"}`;
    });
    return [...scaled, "hold the NodePools"].join(", ");
  }
  if (isOf(step, "migrate/open-group")) return `give node group ${step.params.group} its recorded sizes back`;
  if (isOf(step, "migrate/surge")) return `take the surge for ${namesOf(step.params.nodes)} away`;
  if (isOf(step, "migrate/cordon")) return `uncordon ${namesOf(step.params.nodes)}`;
  if (isOf(step, "migrate/terminate"))
    return `bring the capacity of ${namesOf(step.params.nodes)} of ${step.params.group} back`;
  if (isOf(step, "migrate/sweep")) return `bring the swept capacity of ${step.params.group} back`;
  if (isOf(step, "migrate/release-disruption")) return "keep Karpenter from disrupting nodes again";
  return step.action === "create" ? `remove ${thingOf(step)}` : `restore what was before: ${step.title}`;
}

/** What a step makes, without the word for making it. */
export function thingOf({ title }: Pick<Step, "title">): string {
  return title.replace(/^(create|apply|install|make) (the )?/, "").replace(/, held$/, "");
}

function namesOf(nodes: readonly { readonly name: string }[]): string {
  const names = nodes.map(({ name }) => name);
  return names.length > 2 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more nodes` : names.join(", ");
}
