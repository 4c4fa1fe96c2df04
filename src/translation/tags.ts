import type { Draft } from "./draft.ts";
import { flagAt, listAt, textAt } from "../kube/json.ts";
import { parseTaint, takeLabel, takeTaint } from "./labels.ts";
import type { Document, Path } from "./ledger.ts";

const autoscaler = "k8s.io/cluster-autoscaler/";
const nodeTemplate = "k8s.io/cluster-autoscaler/node-template/";

/** Tags of an Auto Scaling group: Cluster Autoscaler's node template, instance tags, and marks of the old group. */
export function takeGroupTags(draft: Draft, group: Document): void {
  listAt(group.content, "Tags").forEach((tag, index) => {
    const path = ["Tags", index];
    const key = textAt(tag, "Key") ?? "";
    const value = textAt(tag, "Value") ?? "";
    const isOwn = flagAt(tag, "PropagateAtLaunch") === false && !isMark(key) && !key.startsWith(autoscaler);
    if (isOwn) group.lost(path, { why: "a tag of the group itself, never on its instances", risk: "none" });
    else takeGroupTag(draft, [key, value], [group, path]);
  });
}

/** One tag of a group that its instances get too. */
export function takeGroupTag(draft: Draft, tag: readonly [string, string], where: [Document, Path]): void {
  const [key, value] = tag;
  const [document, path] = where;
  if (key.startsWith(nodeTemplate)) takeTemplateTag(draft, [key.slice(nodeTemplate.length), value], where);
  else if (key.startsWith(autoscaler)) {
    document.lost(path, { why: "tells Cluster Autoscaler to scale this group", risk: "none" });
  } else takeInstanceTag(draft, tag, where);
}

/** A tag of instances: into EC2NodeClass.spec.tags unless Karpenter sets or forbids it. */
export function takeInstanceTag(draft: Draft, tag: readonly [string, string], where: [Document, Path]): void {
  const [key, value] = tag;
  const [document, path] = where;
  if (isMark(key)) {
    document.lost(path, { why: "marks an instance as part of the old group; Karpenter sets its own", risk: "none" });
  } else if (/^karpenter\.(sh|k8s\.aws)\//.test(key)) {
    document.lost(path, { why: "Karpenter sets the tags of this domain itself", risk: "none" });
  } else if (key === "Name") {
    const why = "Karpenter names each instance after its node";
    document.changed(path, { to: "EC2 tag Name", becomes: "the node's name", why });
  } else {
    draft.tags[key] = value;
    document.kept(path, "EC2NodeClass spec.tags");
  }
}

function isMark(key: string): boolean {
  return /^(eks:|aws:|alpha\.eksctl\.io\/|eksctl\.|kubernetes\.io\/cluster\/|k8s\.io\/cluster\/)/.test(key);
}

function takeTemplateTag(draft: Draft, tag: readonly [string, string], where: [Document, Path]): void {
  const [rest, value] = tag;
  const [document, path] = where;
  const slash = rest.indexOf("/");
  const [kind, name] = [rest.slice(0, slash), rest.slice(slash + 1)];
  if (kind === "label") return takeLabel(draft, [name, value], where);
  if (kind === "taint") {
    const taint = parseTaint(name, value);
    if (taint !== undefined) return takeTaint(draft, taint, where);
    return document.lost(path, {
      why: "not in the form value:Effect, so Cluster Autoscaler ignored it too",
      risk: "none",
    });
  }
  if (kind === "resources") return takeResource(name, where);
  if (kind === "autoscaling-options") return takeOption(draft, [name, value], where);
  document.lost(path, {
    why: "not a node template tag that Cluster Autoscaler reads on AWS",
    risk: "none",
  });
}

const knownResources =
  /^(cpu|memory|pods|ephemeral-storage|(nvidia|amd)\.com\/gpu|habana\.ai\/gaudi|(aws|vpc)\.amazon(aws)?\.com\/.*)$/;

function takeResource(name: string, [document, path]: [Document, Path]): void {
  if (knownResources.test(name)) return document.kept(path, "Karpenter's own facts about instance types");
  document.lost(path, {
    why: `Karpenter does not know that these nodes offer ${name}`,
    risk: `pods that request ${name} would never get a node`,
    fix:
      `describe the capacity with a NodeOverlay (feature gate NodeOverlay), or run pods that ` +
      `request ${name} on a node group that stays`,
    severity: "error",
  });
}

function takeOption(draft: Draft, option: readonly [string, string], [document, path]: [Document, Path]): void {
  const [name, value] = option;
  if (name === "scaledownunneededtime") {
    draft.disruption = { ...draft.disruption, consolidateAfter: value };
    document.changed(path, {
      to: "NodePool spec.disruption.consolidateAfter",
      becomes: value,
      why: "counts from the last pod that came or went, not from the moment the node was unneeded",
    });
  } else if (name === "scaledownutilizationthreshold" || name === "scaledowngpuutilizationthreshold") {
    document.lost(path, {
      why: "Karpenter removes a node when its pods fit elsewhere for less money, at any utilization",
      risk: "nodes that stayed may be consolidated",
      fix: "nothing in most cases; consolidationPolicy WhenEmpty removes empty nodes only",
      severity: "info",
    });
  } else {
    document.lost(path, { why: "no such knob in Karpenter", risk: "none" });
  }
}
