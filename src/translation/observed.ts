import { isConditionTaint } from "../kube/node.ts";
import { isDiscoveredLabel, isSystemLabel } from "../kube/node-labels.ts";
import type { Node, Taint } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import { aliasOf } from "./image.ts";
import type { Facts } from "./facts.ts";
import { textAt } from "../kube/json.ts";
import { unique } from "../kube/unique.ts";
import { takeLabel, takeTaint } from "./labels.ts";

/**
 * What the group's running nodes show where no document says it: labels and taints that a script gave them, and in a
 * dump without an account also instance types, zones and image.
 */
export function takeObserved(draft: Draft, facts: Facts): void {
  const group = draft.nodeGroup;
  const names = new Set(group.nodeNames);
  const nodes = (facts.input.nodes ?? []).filter((node) => names.has(node.metadata.name));
  takeObservedMarks(draft, nodes);
  const labels = (key: string): readonly string[] => unique(nodes.flatMap((node) => node.metadata.labels?.[key] ?? []));
  if (draft.instanceTypes.length === 0 && draft.requirements.length === 0) {
    draft.instanceTypes = labels("node.kubernetes.io/instance-type");
  }
  if (draft.zones.length === 0) draft.zones = labels("topology.kubernetes.io/zone");
  if (draft.arch.length === 0) draft.arch = labels("kubernetes.io/arch");
  if (draft.capacityTypes.length === 0)
    draft.capacityTypes = labels("eks.amazonaws.com/capacityType").map(capacityType);
  draft.image ??= observedImage(nodes);
}

// Labels and taints that no document told of: a script, an agent or an operator gave them to all nodes of the group.
function takeObservedMarks(draft: Draft, nodes: readonly Node[]): void {
  const labels = sharedLabels(nodes).filter(
    ([key]) => draft.labels[key] === undefined && !draft.requirements.some((requirement) => requirement.key === key),
  );
  const known = new Set([...draft.taints, ...draft.startupTaints].map((taint) => `${taint.key}:${taint.effect}`));
  const taints = sharedTaints(nodes).filter((taint) => !known.has(`${taint.key}:${taint.effect}`));
  if (labels.length === 0 && taints.length === 0) return;
  const document = draft.ledger.open("nodes", {
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...(taints.length === 0 ? {} : { taints: taints.map((taint) => ({ ...taint })) }),
  });
  for (const [key, value] of labels) {
    if (isDiscoveredLabel(key)) document.lost(["labels", key], discovered);
    else takeLabel(draft, [key, value], [document, ["labels", key]]);
  }
  taints.forEach((taint, index) => takeTaint(draft, taint, [document, ["taints", index]]));
}

const discovered = {
  why: "an agent writes it once a node is up, on Karpenter's nodes too",
  risk: "pods that select it start no node, since Karpenter does not know of it beforehand",
} as const;

function sharedLabels(nodes: readonly Node[]): readonly (readonly [string, string])[] {
  const [first, ...others] = nodes;
  return Object.entries(first?.metadata.labels ?? {}).filter(
    ([key, value]) => !isSystemLabel(key) && others.every((node) => node.metadata.labels?.[key] === value),
  );
}

function sharedTaints(nodes: readonly Node[]): readonly Taint[] {
  const [first, ...others] = nodes;
  const has = (node: Node, taint: Taint): boolean =>
    node.spec?.taints?.some((one) => one.key === taint.key && one.effect === taint.effect) === true;
  return (first?.spec?.taints ?? []).filter(
    (taint) => !transientTaint.test(taint.key) && !isConditionTaint(taint) && others.every((node) => has(node, taint)),
  );
}

/** Taints that tell of a node's state, not of its group. */
const transientTaint =
  /^(ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler|node\.kubernetes\.io\/|karpenter\.sh\/)/;

function capacityType(text: string): string {
  return text === "SPOT" ? "spot" : "on-demand";
}

function observedImage(nodes: readonly Node[]): ReturnType<typeof aliasOf> | undefined {
  const systems = unique(nodes.flatMap((node) => textAt(node.status?.nodeInfo, "osImage") ?? []));
  const [system] = systems;
  if (system === undefined || systems.length > 1) return undefined;
  if (/Amazon Linux 2023/.test(system)) return aliasOf("al2023@latest");
  if (/Bottlerocket/.test(system)) {
    const version = /(?<!\d)\d{1,9}\.\d{1,9}\.\d{1,9}/.exec(system)?.[0];
    return aliasOf(version === undefined ? "bottlerocket@latest" : `bottlerocket@v${version}`);
  }
  if (/Amazon Linux 2/.test(system)) return aliasOf("al2@latest");
  const windows = /Windows Server (2019|2022|2025)/.exec(system);
  return windows === null ? undefined : aliasOf(`windows${windows[1]}@latest`);
}
