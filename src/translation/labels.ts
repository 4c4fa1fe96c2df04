import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { Taint } from "../kube/objects.ts";
import { addTaint, type Draft } from "./draft.ts";
import { unique } from "../kube/unique.ts";
import type { Document, Path } from "./ledger.ts";

/**
 * Keys whose values instance types decide: they become requirements instead of fixed labels. Old spellings by their
 * new one.
 */
const wellKnown: Readonly<Record<string, string>> = {
  "node.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region": "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "karpenter.sh/capacity-type": "karpenter.sh/capacity-type",
  "node.kubernetes.io/windows-build": "node.kubernetes.io/windows-build",
};

/** Labels that EKS and eksctl put on nodes to say which group made them. */
const groupIdentity = /^(eks\.amazonaws\.com|alpha\.eksctl\.io)\//;

/** Gives the nodes a label, wherever it was written; the field's fate says where it went. */
export function takeLabel(draft: Draft, label: readonly [key: string, value: string], where: [Document, Path]): void {
  const [key, value] = label;
  const [document, path] = where;
  const known = wellKnown[key] ?? (key.startsWith("karpenter.k8s.aws/instance-") ? key : undefined);
  if (known !== undefined) {
    require(draft, known, value);
    document.kept(path, `NodePool spec.template.spec.requirements[${known}]`);
  } else if (isRestricted(key)) {
    document.lost(path, {
      why: "Karpenter does not allow this label on a NodePool",
      risk: "pods that select it stay pending",
    });
    const about = { nodeGroup: draft.nodeGroup.name, label: key, value, target: "Karpenter" };
    draft.ledger.find(makeFinding(translationFindings, "DV2012", `nodegroup/${draft.nodeGroup.name}`, about));
  } else if (groupIdentity.test(key)) {
    document.lost(path, {
      why: "names the old node group",
      risk: "pods that select it stay pending",
      fix: `remove nodeSelectors and affinities on ${key}, or keep the label with --keep-group-label`,
    });
  } else {
    draft.labels[key] = value;
    document.kept(path, "NodePool spec.template.metadata.labels");
  }
}

/** Gives the nodes a taint; start-up taints by their well-known keys go to startupTaints. */
export function takeTaint(draft: Draft, taint: Taint, where: [Document, Path]): void {
  const [document, path] = where;
  if (isStartupTaint(taint.key) || draft.startupKeys.has(taint.key)) {
    addTaint(draft.startupTaints, taint);
    document.changed(path, {
      to: "NodePool spec.template.spec.startupTaints",
      becomes: { ...taint },
      why: "an agent removes this taint once the node is ready; Karpenter must not expect pods to tolerate it",
    });
  } else {
    addTaint(draft.taints, taint);
    document.kept(path, "NodePool spec.template.spec.taints");
  }
}

/** Taints that an agent on the node removes once it is up. */
function isStartupTaint(key: string): boolean {
  return (
    /^(startup-taint|ignore-taint)\.cluster-autoscaler\.kubernetes\.io\//.test(key) ||
    /^(node\.cilium\.io|ebs\.csi\.aws\.com|efs\.csi\.aws\.com|fsx\.csi\.aws\.com)\/agent-not-ready$/.test(key)
  );
}

/**
 * `value:Effect` or `value`, as Cluster Autoscaler's tags and kubelet flags write taints. Undefined for an effect that Kubernetes does
 * not have.
 */
export function parseTaint(key: string, text: string): Taint | undefined {
  const [value = "", effect] = text.split(":");
  if (effect !== "NoSchedule" && effect !== "NoExecute" && effect !== "PreferNoSchedule") return undefined;
  return value === "" ? { key, effect } : { key, value, effect };
}

function isRestricted(key: string): boolean {
  const domain = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
  return key === "kubernetes.io/hostname" || domain.endsWith("karpenter.sh") || domain.endsWith("karpenter.k8s.aws");
}

function require(draft: Draft, key: string, value: string): void {
  // Beside the lists of the group's own documents, which it narrows.
  if (key === "kubernetes.io/arch") draft.arch = unique([...draft.arch, value]);
  else if (key === "kubernetes.io/os") draft.os = value === "windows" ? "windows" : "linux";
  else draft.requirements.push({ key, operator: "In", values: [value] });
}
