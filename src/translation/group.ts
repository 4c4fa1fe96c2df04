import type { NodeGroup } from "../autoscaler/types.ts";
import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { newDraft, type Draft } from "./draft.ts";
import { type Facts } from "./facts.ts";
import { textAt } from "../kube/json.ts";
import { takeEksctl } from "./eksctl.ts";
import { aliasOf } from "./image.ts";
import { addDefaultSecurityGroup, takeLaunchConfiguration, takeLaunchTemplate } from "./launch-documents.ts";
import { Ledger } from "./ledger.ts";
import { takeNodegroup } from "./managed.ts";
import { takeObserved } from "./observed.ts";
import { defaultRole } from "./role.ts";
import { takePods } from "./pods.ts";
import { takeScalingGroup } from "./scaling-group.ts";

/** A node group that stays as it is, with the reason. */
export interface Refused {
  readonly nodeGroup: string;
  readonly reason: string;
  readonly fix: string;
}

/** Reads all documents of one node group into a draft, or says why it cannot be translated. */
export function draftOf(nodeGroup: NodeGroup, facts: Facts): Draft | Refused {
  const draft = newDraft(nodeGroup, new Ledger(nodeGroup.name), startupKeys(facts));
  const status = textAt(nodeGroup.nodegroup, "status");
  if (status !== undefined && /^(DELETING|DELETE_FAILED|CREATE_FAILED|CREATING)$/.test(status)) {
    return refuse(
      nodeGroup,
      `its status is ${status}`,
      "wait until the node group is ACTIVE or gone, then run this again",
    );
  }
  if (nodeGroup.nodegroup !== undefined) takeNodegroup(draft, facts, nodeGroup.nodegroup);
  if (nodeGroup.autoScalingGroup !== undefined) takeScalingGroup(draft, facts, nodeGroup.autoScalingGroup);
  if (nodeGroup.eksctl !== undefined) takeEksctl(draft, facts, nodeGroup.eksctl);
  const template = nodeGroup.launchTemplateVersion;
  if (template !== undefined) takeLaunchTemplate(draft, facts, template);
  if (nodeGroup.launchConfiguration !== undefined) takeLaunchConfiguration(draft, facts, nodeGroup.launchConfiguration);
  if (nodeGroup.unreadLaunch !== undefined) {
    const about = { nodeGroup: nodeGroup.name, launch: nodeGroup.unreadLaunch };
    draft.ledger.find(makeFinding(translationFindings, "DV2039", `nodegroup/${nodeGroup.name}`, about));
  }
  takeObserved(draft, facts);
  takePods(draft, facts);
  return complete(draft, facts, template !== undefined || nodeGroup.launchConfiguration !== undefined);
}

/** Whether reading a group ended in a refusal. */
export function isRefused(result: Draft | Refused): result is Refused {
  return "reason" in result;
}

function complete(draft: Draft, facts: Facts, hasLaunch: boolean): Draft | Refused {
  const { nodeGroup } = draft;
  if (draft.instanceTypes.length === 0 && draft.requirements.length === 0) {
    // EKS's own default for a node group that names no type.
    const isDefault = nodeGroup.kind === "managed" && nodeGroup.nodegroup !== undefined;
    if (!isDefault || (textAt(nodeGroup.nodegroup, "launchTemplate", "id") !== undefined && !hasLaunch)) {
      const reason = "nothing that was read says which instance types it runs";
      return refuse(nodeGroup, reason, howToRead(nodeGroup));
    }
    draft.instanceTypes = ["t3.medium"];
  }
  if (draft.image === undefined) {
    draft.image = aliasOf("al2023@latest");
    const about = { nodeGroup: nodeGroup.name };
    draft.ledger.find(makeFinding(translationFindings, "DV2008", `nodegroup/${nodeGroup.name}`, about));
  }
  if (draft.image.terms.length === 0) {
    const fix = "name the image by its id, or choose another with --ami-alias al2023@latest";
    return refuse(nodeGroup, "Karpenter finds no images of its family by itself", fix);
  }
  if (draft.capacityTypes.length === 0) draft.capacityTypes = ["on-demand"];
  if (draft.arch.length === 0) draft.arch = archOf(draft, facts);
  draft.role ??= defaultRole(facts);
  addDefaultSecurityGroup(draft, facts);
  keepGroupLabel(draft, facts);
  // EKS opens the metadata service to pods (hop limit 2); Karpenter's default is 1.
  if (nodeGroup.kind === "managed" && draft.nodeClass["metadataOptions"] === undefined) {
    draft.nodeClass["metadataOptions"] = { httpPutResponseHopLimit: 2, httpTokens: "required" };
  }
  if (nodeGroup.max === undefined) {
    const about = { nodeGroup: nodeGroup.name };
    draft.ledger.find(makeFinding(translationFindings, "DV2004", `nodegroup/${nodeGroup.name}`, about));
  }
  if (draft.capacityTypes.includes("reserved") && draft.nodeClass["capacityReservationSelectorTerms"] === undefined) {
    const about = { nodeGroup: nodeGroup.name };
    draft.ledger.find(makeFinding(translationFindings, "DV2007", `nodegroup/${nodeGroup.name}`, about));
  }
  if (draft.isImageById) {
    const image = textAt(draft.image.terms[0], "id") ?? textAt(draft.image.terms[0], "ssmParameter") ?? "";
    const about = { nodeGroup: nodeGroup.name, image, family: draft.image.family };
    draft.ledger.find(makeFinding(translationFindings, "DV2009", `nodegroup/${nodeGroup.name}`, about));
  }
  return draft;
}

// `--startup-taint`, and `--ignore-taint` as it was called before, hold the taint's key.
function startupKeys({ input }: Facts): ReadonlySet<string> {
  const flags = input.autoscaler?.flags;
  return new Set([...(flags?.get("startup-taint") ?? []), ...(flags?.get("ignore-taint") ?? [])]);
}

function howToRead(nodeGroup: NodeGroup): string {
  if (nodeGroup.eksctl !== undefined) return "translate from the cluster itself, where the launch template can be read";
  return "grant ec2:DescribeLaunchTemplateVersions, or take a snapshot while it has nodes";
}

function archOf(draft: Draft, facts: Facts): readonly string[] {
  const known = draft.instanceTypes.map((type) => facts.input.instanceTypes?.named(type)?.arch);
  return known.every((arch) => arch !== undefined)
    ? [...new Set(known.filter((arch) => arch !== undefined))].sort()
    : [];
}

function keepGroupLabel(draft: Draft, facts: Facts): void {
  if (facts.options.keepGroupLabel !== true) return;
  const key = draft.nodeGroup.kind === "managed" ? "eks.amazonaws.com/nodegroup" : "alpha.eksctl.io/nodegroup-name";
  draft.labels[key] = draft.nodeGroup.name;
}

function refuse(nodeGroup: NodeGroup, reason: string, fix: string): Refused {
  return { nodeGroup: nodeGroup.name, reason, fix };
}
