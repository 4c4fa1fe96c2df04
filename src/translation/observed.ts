import type { Node } from "../kube/objects.ts";
import { addTaint, type Draft } from "./draft.ts";
import { aliasOf } from "./image.ts";
import type { Facts } from "./facts.ts";
import { textAt, unique } from "./json.ts";
import { takeLabel } from "./labels.ts";

/** Labels that kubelet, cloud provider, EKS and Karpenter set themselves. */
const systemLabel =
  /^([a-z.-]*kubernetes\.io|k8s\.io|[a-z]+\.amazonaws\.com|alpha\.eksctl\.io|karpenter\..*|topology\..*)\//;

/**
 * What the group's running nodes show where no document says it: labels and taints that a script gave them, and in a
 * dump without an
 * account also instance types, zones and image.
 */
export function takeObserved(draft: Draft, facts: Facts): void {
  const group = draft.nodeGroup;
  const names = new Set(group.nodeNames);
  const nodes = (facts.input.nodes ?? []).filter((node) => names.has(node.metadata.name));
  takeObservedLabels(draft);
  for (const taint of group.taints) addTaint(draft.taints.some((t) => t.key === taint.key) ? [] : draft.taints, taint);
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

function takeObservedLabels(draft: Draft): void {
  const own = Object.entries(draft.nodeGroup.labels).filter(
    ([key]) => !systemLabel.test(key) && draft.labels[key] === undefined,
  );
  if (own.length === 0) return;
  const document = draft.ledger.open("nodes", { labels: Object.fromEntries(own) });
  for (const [key, value] of own) {
    const isSettled = draft.requirements.some((requirement) => requirement.key === key);
    if (isSettled) document.kept(["labels", key], `NodePool spec.template.spec.requirements[${key}]`);
    else takeLabel(draft, [key, value], [document, ["labels", key]]);
  }
}

function capacityType(text: string): string {
  return text === "SPOT" ? "spot" : "on-demand";
}

function observedImage(nodes: readonly Node[]): ReturnType<typeof aliasOf> | undefined {
  const systems = unique(nodes.flatMap((node) => textAt(node.status?.nodeInfo, "osImage") ?? []));
  const [system] = systems;
  if (system === undefined || systems.length > 1) return undefined;
  if (/Amazon Linux 2023/.test(system)) return aliasOf("al2023@latest");
  if (/Bottlerocket/.test(system)) {
    const version = /(\d+\.\d+\.\d+)/.exec(system)?.[1];
    return aliasOf(version === undefined ? "bottlerocket@latest" : `bottlerocket@v${version}`);
  }
  if (/Amazon Linux 2/.test(system)) return aliasOf("al2@latest");
  const windows = /Windows Server (2019|2022|2025)/.exec(system);
  return windows === null ? undefined : aliasOf(`windows${windows[1]}@latest`);
}
