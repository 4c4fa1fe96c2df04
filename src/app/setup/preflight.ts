/** What is checked after planning and before the first write: may we make these calls, and is there room in the account? */
import type { JsonObject } from "../../kube/objects.ts";
import type { PlannedCall, Step } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import { objectAt, textAt } from "../../kube/json.ts";
import { awsCode } from "../read/aws-find.ts";
import { isWriteOperation } from "../../aws/operations.ts";
import { type Plan, changesOf } from "../../migration/plan.ts";
import { missingAccess, simulateActions, type Granted } from "../run/permissions.ts";
import { needsOf } from "../../migration/needs.ts";

/**
 * Asks IAM about every call of the plan and the API server about every access that its kinds of step need, and counts roles, policies and
 * profiles against the account's quotas. Writes nothing. Throws `setup.quota`.
 */
export async function preflight(world: Reading, plan: Plan, callerArn: string): Promise<Granted> {
  const steps = changesOf(plan);
  const quota = await readQuotas(world, steps);
  const simulated = await simulateActions(world, callerArn, actionsByResource(steps));
  const refused = await missingAccess(world, needsOf(steps).kube);
  return {
    missing: [
      ...simulated.missing,
      ...refused.map((access) => ({ action: access, resource: "the cluster", why: "not allowed" as const })),
    ],
    warnings: [...quota, ...simulated.warnings],
  };
}

/** Throws when the plan needs what the caller may not do. The code is `setup.permissions`. */
export function requirePermissions(found: Granted, callerArn: string): void {
  if (found.missing.length === 0) return;
  const named = found.missing.map((one) => `${one.action} on ${one.resource}`);
  throw new Fault("setup.permissions", `${callerArn} lacks ${found.missing.length} permissions: ${named.join("; ")}`, {
    why: "the plan would stop half-way; IAM's policy simulator says so before the first write",
    hint: "grant them, use other credentials, or pass --force when the simulator does not know of a policy that grants them",
  });
}

/** Every AWS call of the steps under the action that allows it, with the ARN it acts on. */
function actionsByResource(steps: readonly Step[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const add = (resource: string, action: string): void => {
    const set = found.get(resource) ?? new Set();
    found.set(resource, set.add(action));
  };
  for (const step of steps) {
    for (const one of step.calls) {
      if (!isWriteOperation(one.operation)) continue;
      add(resourceOf(one, step), one.operation);
      for (const [resource, action] of alsoNeeded(one)) add(resource, action);
    }
  }
  return new Map([...found].map(([resource, actions]) => [resource, [...actions].toSorted()]));
}

function resourceOf(call: PlannedCall, step: Step): string {
  // Access entries and associations are made below the cluster; tags of EC2 are checked per resource with conditions of their own.
  if (call.operation.startsWith("eks:") || call.operation.startsWith("ec2:")) return "*";
  if (call.operation === "iam:AttachRolePolicy" && step.kind === "iam-policy") {
    return step.target.replace(/:policy\/.*$/, `:role/${textAt(call.input["RoleName"]) ?? ""}`);
  }
  return step.target.startsWith("arn:") ? step.target : "*";
}

function alsoNeeded(call: PlannedCall): readonly (readonly [string, string])[] {
  const role = textAt(call.input["roleArn"]) ?? "";
  if (call.operation === "eks:CreatePodIdentityAssociation") {
    return [
      [role, "iam:PassRole"],
      [role, "iam:GetRole"],
    ];
  }
  return [];
}

/** Kinds of IAM objects that steps make, with the account summary's words for their count and limit. */
const counted = [
  { operation: "iam:CreateRole", has: "Roles", most: "RolesQuota", what: "roles" },
  { operation: "iam:CreatePolicy", has: "Policies", most: "PoliciesQuota", what: "customer-managed policies" },
  {
    operation: "iam:CreateInstanceProfile",
    has: "InstanceProfiles",
    most: "InstanceProfilesQuota",
    what: "instance profiles",
  },
] as const;

async function readQuotas(world: Reading, steps: readonly Step[]): Promise<readonly string[]> {
  const calls = steps.flatMap((step) => step.calls);
  if (!calls.some((one) => counted.some((kind) => kind.operation === one.operation))) return [];
  let summary: JsonObject;
  try {
    summary = objectAt((await world.cloud.read("iam:GetAccountSummary", {}))["SummaryMap"]);
  } catch (error) {
    if (awsCode(error) === undefined) throw error;
    return [`IAM quotas could not be read (${awsCode(error)}: iam:GetAccountSummary)`];
  }
  for (const kind of counted) {
    const wanted = calls.filter((one) => one.operation === kind.operation).length;
    const has = summary[kind.has];
    const most = summary[kind.most];
    if (wanted === 0 || typeof has !== "number" || typeof most !== "number" || has + wanted <= most) continue;
    throw new Fault("setup.quota", `the account has ${has} of ${most} ${kind.what}; the plan makes ${wanted} more`, {
      hint: "remove unused ones, or ask AWS for a higher quota",
    });
  }
  return [];
}
