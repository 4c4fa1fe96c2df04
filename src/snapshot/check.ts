import type { Container, Pod, PodSpec, ResourceTexts } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { unit } from "../kube/quantity.ts";
import { parseResources, type ResourceList } from "../kube/resource-list.ts";
import type { Gap } from "./snapshot.ts";

/** Gaps shown one by one; the rest is one gap with their number. */
const maxShown = 20;

/** Quantities that cannot be read make what depends on them unknown: each is a gap that names object, resource and text. */
export function malformedQuantities(objects: ClusterObjects): readonly Gap[] {
  const checked = new Map<object, string | undefined>();
  const reasonOf = (texts: ResourceTexts | undefined): string | undefined => {
    if (texts === undefined) return undefined;
    if (checked.has(texts)) return checked.get(texts);
    const parsed = parseResources(texts);
    const reason = parsed.ok ? hugeReason(parsed.value) : parsed.reason;
    checked.set(texts, reason);
    return reason;
  };
  // Workloads first: their pods repeat the mistake and are not worth a line each.
  const found: Gap[] = [];
  const seen = new Set<string>();
  const note = (what: string, scope: string, reason: string): void => {
    if (seen.has(reason + scope)) return;
    seen.add(reason + scope);
    found.push({ what, reason: "malformed", detail: `${scope}: ${reason}`, scope });
  };
  for (const [what, workload] of workloadsOf(objects)) {
    const reason = specReason(workload.spec, reasonOf);
    if (reason !== undefined) note(what, workload.scope, reason);
  }
  const ofWorkloads = new Set(found.map((gap) => gap.detail.slice((gap.scope ?? "").length)));
  for (const pod of objects.pods ?? []) {
    const reason = specReason(pod.spec, reasonOf);
    if (reason === undefined || ofWorkloads.has(`: ${reason}`)) continue;
    note("pods", `pod ${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`, reason);
  }
  for (const node of objects.nodes ?? []) {
    const reason = reasonOf(node.status?.allocatable) ?? reasonOf(node.status?.capacity);
    if (reason !== undefined) note("nodes", `node ${node.metadata.name}`, reason);
  }
  if (found.length <= maxShown) return found;
  const rest = found.length - maxShown;
  const more: Gap = { what: "pods", reason: "limit", detail: `${rest} more objects with unreadable quantities` };
  return [...found.slice(0, maxShown), more];
}

/** Beyond any machine, and beyond what sums of numbers can show. */
const maxAmount = 10n ** 30n * unit;

function hugeReason(resources: ResourceList): string | undefined {
  const found = Array.from(resources).find(([, amount]) => amount > maxAmount || amount < -maxAmount);
  return found === undefined ? undefined : `${found[0]}: the amount is beyond what any machine has`;
}

function* workloadsOf(
  objects: ClusterObjects,
): Generator<readonly [string, { readonly scope: string; readonly spec: PodSpec }]> {
  for (const what of ["deployments", "statefulsets", "daemonsets", "replicasets", "jobs"] as const) {
    for (const one of objects[what] ?? []) {
      if (what === "replicasets" && (one.metadata.ownerReferences ?? []).length > 0) continue;
      const scope = `${one.kind} ${one.metadata.namespace ?? "default"}/${one.metadata.name}`;
      yield [what, { scope, spec: one.spec.template.spec }];
    }
  }
}

function specReason(
  spec: Pod["spec"] | undefined,
  reasonOf: (texts: ResourceTexts | undefined) => string | undefined,
): string | undefined {
  const containers: readonly Container[] = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  for (const container of containers) {
    const reason = reasonOf(container.resources?.requests) ?? reasonOf(container.resources?.limits);
    if (reason !== undefined) return `container ${container.name}: ${reason}`;
  }
  return reasonOf(spec?.overhead);
}
