import { plainOf } from "../../../kube/json.ts";
import type { Ec2NodeClass } from "../../../karpenter/api.ts";
import { specOf, nodeClassStatus } from "../../../karpenter/aws/node-class.ts";
import { selectStatus } from "../../../karpenter/aws/selection.ts";
import { conditionsOf } from "../../../kube/conditions.ts";
import type { Condition, JsonObject } from "../../../kube/objects.ts";
import { tagOf } from "../../account/account.ts";
import type { Row } from "../../account/state.ts";
import { str } from "../../store/objects.ts";
import type { KarpenterHere } from "./here.ts";
import { withCondition } from "../../kubernetes/conditions.ts";
import { accountSource } from "./account-source.ts";
import { nodeClassAnnotations } from "./drift.ts";
import { nodeClaims, nodeClasses } from "./objects.ts";
import { learnAddresses } from "./provider.ts";
import { processSettings } from "./process.ts";

const finalizer = "karpenter.k8s.aws/termination";
/** A class that is still used by nodes cannot go yet. */
const usedAgainMs = 5_000;
/** Selectors are asked again this much later (karpenter-provider-aws v1.14.1, `pkg/controllers/nodeclass`). */
const askedAgainMs = 60_000;

/** What the selectors of an EC2NodeClass find, and whether nodes can be made from it. */
export function lookAtNodeClass(here: KarpenterHere, name: string): void {
  const nodeClass = nodeClasses(here).find(({ metadata }) => metadata.name === name);
  if (nodeClass === undefined) return;
  if (nodeClass.metadata.deletionTimestamp !== undefined) return finish(here, nodeClass);
  const last = here.memory.provider.selected[name];
  const isSame = last?.generation === (nodeClass.metadata.generation ?? 1);
  const leftMs = last === undefined || !isSame ? 0 : last.atMs + againMs(nodeClass) - here.nowMs;
  if (leftMs <= 0) reconcile(here, nodeClass);
  here.lookAgain(`class ${name}`, leftMs > 0 ? leftMs : againMs(nodeClass));
}

// A role that is not there yet is an error, which is tried again at once; selectors that find nothing wait.
function againMs(nodeClass: Ec2NodeClass): number {
  const isMade = nodeClass.status !== undefined && nodeClassStatus(nodeClass).instanceProfile !== undefined;
  return isMade ? askedAgainMs : 1000;
}

function reconcile(here: KarpenterHere, nodeClass: Ec2NodeClass): void {
  const { name, generation = 1 } = nodeClass.metadata;
  const source = accountSource(here);
  const spec = specOf(nodeClass);
  const kubernetesVersion = here.kubernetesVersion.split(".").slice(0, 2).join(".");
  const { status, conditions } = selectStatus(spec, source, {
    kubernetesVersion,
    nowMs: here.nowMs,
    behaviour: processSettings(here).behaviour,
  });
  learnAddresses(here, status.subnets ?? []);
  here.memory.provider.selected[name] = { atMs: here.nowMs, generation };
  const profile = profileOf(here, nodeClass);
  const all = {
    ...conditions,
    InstanceProfileReady: profile.condition,
    ValidationSucceeded: { status: "True", reason: "ValidationSucceeded", message: "" },
  };
  const failed = Object.entries(all).filter(([, one]) => one.status !== "True");
  const isUnknown = failed.length > 0 && failed.every(([, one]) => one.status === "Unknown");
  const ready = {
    status: failed.length === 0 ? "True" : isUnknown ? "Unknown" : "False",
    reason: failed.length === 0 ? "Ready" : isUnknown ? "ReconcilingDependents" : "UnhealthyDependents",
    message: failed.map(([type, one]) => `${type}=${one.status}`).join(", "),
  };
  const finalizers = nodeClass.metadata.finalizers ?? [];
  const next: Ec2NodeClass = {
    ...nodeClass,
    metadata: {
      ...nodeClass.metadata,
      annotations: { ...nodeClass.metadata.annotations, ...nodeClassAnnotations(here, nodeClass) },
      finalizers: finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer],
    },
    status: {
      ...plainOf(status),
      ...(profile.name === undefined ? {} : { instanceProfile: profile.name }),
      conditions: conditionsAfter(here, nodeClass, { ...all, Ready: ready }),
    },
  };
  here.put("ec2nodeclasses", next);
}

function conditionsAfter(
  here: KarpenterHere,
  nodeClass: Ec2NodeClass,
  found: Readonly<Record<string, { readonly status: string; readonly reason: string; readonly message: string }>>,
): readonly JsonObject[] {
  const lastTransitionTime = here.timestamp;
  const conditions = Object.entries(found).reduce<readonly Condition[]>((list, [type, { message, ...one }]) => {
    return withCondition(list, { type, ...one, lastTransitionTime, ...(message === "" ? {} : { message }) });
  }, conditionsOf(nodeClass));
  return conditions.map((one) => ({ ...one }));
}

interface Profile {
  readonly name?: string;
  readonly condition: {
    readonly status: "True" | "False" | "Unknown";
    readonly reason: string;
    readonly message: string;
  };
}

// Karpenter makes the instance profile of a role by itself.
function profileOf(here: KarpenterHere, nodeClass: Ec2NodeClass): Profile {
  const { instanceProfile: named, role: roleText } = specOf(nodeClass);
  const yes = { status: "True", reason: "InstanceProfileReady", message: "" } as const;
  if (named !== undefined) return { name: named, condition: yes };
  const role = roleText?.slice(roleText.lastIndexOf("/") + 1);
  if (role === undefined || here.account.table("iam.roles")[role] === undefined) {
    const message = `role "${role ?? ""}" not found`;
    return { condition: { status: "False", reason: "RoleNotFound", message } };
  }
  const name =
    nodeClassStatus(nodeClass).instanceProfile ??
    `${processSettings(here).clusterName}_${here.dice.integer(10 ** 9, 10 ** 10 - 1)}`;
  if (here.account.table("iam.instanceProfiles")[name] === undefined) {
    const Tags = [
      { Key: `kubernetes.io/cluster/${processSettings(here).clusterName}`, Value: "owned" },
      { Key: "karpenter.k8s.aws/ec2nodeclass", Value: nodeClass.metadata.name },
    ];
    here.call("iam:CreateInstanceProfile", { InstanceProfileName: name, Tags });
    here.call("iam:AddRoleToInstanceProfile", { InstanceProfileName: name, RoleName: role });
  }
  return { name, condition: yes };
}

// A class goes once nobody uses it, and with it its launch templates and the profile that was made for it.
function finish(here: KarpenterHere, nodeClass: Ec2NodeClass): void {
  const { name } = nodeClass.metadata;
  if (nodeClaims(here).some((claim) => claim.spec.nodeClassRef.name === name))
    return here.lookAgain(`class ${name}`, usedAgainMs);
  for (const row of here.account.rows("ec2.launchTemplates"))
    if (tagOf(row, "karpenter.k8s.aws/ec2nodeclass") === name) removeTemplate(here, row);
  removeProfile(here, nodeClass);
  delete here.memory.provider.selected[name];
  const finalizers = (nodeClass.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  here.put("ec2nodeclasses", { ...nodeClass, metadata: { ...nodeClass.metadata, finalizers } });
}

function removeTemplate(here: KarpenterHere, row: Row): void {
  here.call("ec2:DeleteLaunchTemplate", { LaunchTemplateId: str(row["LaunchTemplateId"]) });
  delete here.memory.provider.templates[str(row["LaunchTemplateName"])];
}

function removeProfile(here: KarpenterHere, nodeClass: Ec2NodeClass): void {
  const InstanceProfileName = nodeClassStatus(nodeClass).instanceProfile ?? "";
  const row = here.account.table("iam.instanceProfiles")[InstanceProfileName];
  const { instanceProfile, role } = specOf(nodeClass);
  if (row === undefined || instanceProfile !== undefined) return;
  if (role !== undefined) {
    const RoleName = role.slice(role.lastIndexOf("/") + 1);
    here.call("iam:RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
  }
  here.call("iam:DeleteInstanceProfile", { InstanceProfileName });
}
