import type { Ec2NodeClass } from "../../../karpenter/api.ts";
import type { JsonObject } from "../../../kube/objects.ts";
import { asJson, at, isObject, str } from "../../store/objects.ts";
import { conditionsOf } from "../../../kube/conditions.ts";
import { type Core, timestamp } from "../../world/core.ts";
import { withCondition } from "../pods.ts";
import { nodeClassAnnotations } from "./drift.ts";
import { by, nodeClasses } from "./memory.ts";
import { type Controller, selected } from "./wiring.ts";

const finalizers = ["karpenter.k8s.aws/termination"];

/** What the selectors of every EC2NodeClass find, and whether nodes can be made from it. */
export function reconcileNodeClasses(core: Core, controller: Controller): void {
  const claims = core.api.peek("nodeclaims");
  for (const nodeClass of nodeClasses(core)) {
    if (nodeClass.metadata.deletionTimestamp !== undefined) {
      const isUsed = claims.some((claim) => at(asJson(claim), "spec.nodeClassRef.name") === nodeClass.metadata.name);
      if (isUsed) continue;
      removeProfile(core, nodeClass);
      core.api.put(by, "ec2nodeclasses", { ...nodeClass, metadata: { ...nodeClass.metadata, finalizers: [] } });
      continue;
    }
    const annotations = { ...nodeClass.metadata.annotations, ...nodeClassAnnotations(nodeClass) };
    const kept = nodeClass.metadata.finalizers ?? [];
    const metadata = {
      ...nodeClass.metadata,
      annotations,
      finalizers: kept.includes(finalizers[0] ?? "") ? kept : finalizers,
    };
    const next: Ec2NodeClass = { ...nodeClass, metadata, status: statusOf(core, controller, nodeClass) };
    core.api.put(by, "ec2nodeclasses", next);
  }
}

function statusOf(core: Core, controller: Controller, nodeClass: Ec2NodeClass): JsonObject {
  const { spec } = nodeClass;
  const terms = (key: string): readonly unknown[] => (Array.isArray(spec[key]) ? spec[key] : []);
  const byFree = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number =>
    Number(b["AvailableIpAddressCount"]) - Number(a["AvailableIpAddressCount"]) ||
    (String(a["SubnetId"]) < String(b["SubnetId"]) ? -1 : 1);
  const subnets = selected(core, "ec2.subnets", terms("subnetSelectorTerms"))
    .toSorted(byFree)
    .map((row) => ({
      id: String(row["SubnetId"]),
      zone: String(row["AvailabilityZone"]),
      zoneID: String(row["AvailabilityZoneId"]),
    }));
  const groups = selected(core, "ec2.securityGroups", terms("securityGroupSelectorTerms")).map((row) => ({
    id: String(row["GroupId"]),
    name: String(row["GroupName"]),
  }));
  const amis = imagesOf(core, spec);
  const role = typeof spec["role"] === "string" ? spec["role"].slice(spec["role"].lastIndexOf("/") + 1) : undefined;
  const profile = profileOf(core, controller, nodeClass, role);
  const checks: readonly (readonly [string, boolean, string])[] = [
    ["AMIsReady", amis.length > 0, "AMISelector did not match any AMIs"],
    ["SubnetsReady", subnets.length > 0, "SubnetSelector did not match any Subnets"],
    ["SecurityGroupsReady", groups.length > 0, "SecurityGroupSelector did not match any SecurityGroups"],
    ["InstanceProfileReady", profile !== undefined, `Failed to resolve role ${role ?? ""}: NoSuchEntity`],
    ["ValidationSucceeded", true, ""],
  ];
  const failed = checks.filter(([, isOk]) => !isOk);
  const all = [...checks, ["Ready", failed.length === 0, failed.map(([type]) => `${type}=False`).join(", ")] as const];
  let conditions = conditionsOf(nodeClass);
  for (const [type, isOk, message] of all) {
    const head = {
      type,
      status: isOk ? "True" : "False",
      reason: isOk ? type : "Unresolved",
      lastTransitionTime: timestamp(core),
    };
    conditions = withCondition(conditions, isOk ? head : { ...head, message });
  }
  return {
    subnets,
    securityGroups: groups,
    amis,
    ...(profile === undefined ? {} : { instanceProfile: profile }),
    conditions: conditions.map((one) => ({ ...one })),
  };
}

// By alias the image that EKS recommends; by id any image of the account's region.
function imagesOf(core: Core, spec: JsonObject): readonly JsonObject[] {
  const terms = Array.isArray(spec["amiSelectorTerms"]) ? spec["amiSelectorTerms"].filter(isObject) : [];
  const ids = terms.flatMap((term) => {
    if (typeof term["id"] === "string") return [term["id"]];
    if (typeof term["alias"] === "string") return core.aws.rows("ssm.parameters").map((row) => str(row["Value"]));
    const { name } = term;
    return core.aws
      .rows("ec2.images")
      .filter((row) => typeof name === "string" && row["Name"] === name)
      .map((row) => str(row["ImageId"]));
  });
  return [...new Set(ids)].flatMap((id) => {
    const image = core.aws.table("ec2.images")[id];
    if (image === undefined) return [];
    const arch = image["Architecture"] === "arm64" ? "arm64" : "amd64";
    return [
      { id, name: str(image["Name"]), requirements: [{ key: "kubernetes.io/arch", operator: "In", values: [arch] }] },
    ];
  });
}

// Karpenter makes the instance profile of a role by itself.
function profileOf(
  core: Core,
  controller: Controller,
  nodeClass: Ec2NodeClass,
  role: string | undefined,
): string | undefined {
  const named = nodeClass.spec["instanceProfile"];
  if (typeof named === "string") return core.aws.table("iam.instanceProfiles")[named] === undefined ? undefined : named;
  if (role === undefined || core.aws.table("iam.roles")[role] === undefined) return undefined;
  const known = at(asJson(nodeClass), "status.instanceProfile");
  const name =
    typeof known === "string" ? known : `${controller.clusterName}_${core.random.integer(10 ** 9, 10 ** 10 - 1)}`;
  if (core.aws.table("iam.instanceProfiles")[name] === undefined) {
    const Tags = [
      { Key: `kubernetes.io/cluster/${controller.clusterName}`, Value: "owned" },
      { Key: "karpenter.k8s.aws/ec2nodeclass", Value: nodeClass.metadata.name },
    ];
    core.aws.call(by, "iam:CreateInstanceProfile", { InstanceProfileName: name, Tags });
    core.aws.call(by, "iam:AddRoleToInstanceProfile", { InstanceProfileName: name, RoleName: role });
  }
  return name;
}

// And takes it away with the node class.
function removeProfile(core: Core, nodeClass: Ec2NodeClass): void {
  const InstanceProfileName = str(at(asJson(nodeClass), "status.instanceProfile"));
  const row = core.aws.table("iam.instanceProfiles")[InstanceProfileName];
  if (row === undefined || typeof nodeClass.spec["instanceProfile"] === "string") return;
  const role = nodeClass.spec["role"];
  if (typeof role === "string") {
    const RoleName = role.slice(role.lastIndexOf("/") + 1);
    core.aws.call(by, "iam:RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
  }
  core.aws.call(by, "iam:DeleteInstanceProfile", { InstanceProfileName });
}
