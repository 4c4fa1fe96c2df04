import type { KubeAccess } from "../../migration/kind.ts";
import { objectAt, textAt, textsAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { isResourceName } from "../../kube/resources.ts";
import type { Reading } from "../../ports/world.ts";
import { awsCode, find } from "../read/aws-find.ts";

/** An action on a resource that the caller may not do. */
export interface MissingPermission {
  readonly action: string;
  readonly resource: string;
  readonly why: "denied explicitly" | "not allowed";
}

/** What asking for permissions found; warnings name what could not be checked. */
export interface Granted {
  readonly missing: readonly MissingPermission[];
  readonly warnings: readonly string[];
}

/** Of the accesses to the API server, those that this user does not have: `patch nodes`. */
export async function missingAccess(world: Reading, wanted: readonly KubeAccess[]): Promise<readonly KubeAccess[]> {
  const missing: KubeAccess[] = [];
  for (const access of wanted) {
    const [verb = "", path = ""] = access.split(" ");
    const [resource = "", subresource] = path.split("/");
    if (!isResourceName(resource)) throw new Error(`${resource} is no resource`);
    const isAllowed = await world.cluster.can(verb, resource, subresource === undefined ? {} : { subresource });
    if (!isAllowed) missing.push(access);
  }
  return missing;
}

/** Actions in one call of the simulation; IAM answers for each pair of action and resource. */
const maxActionsPerCall = 50;

/** Asks IAM whether the caller may do these actions, by the ARN that each acts on. Writes nothing. */
export async function simulateActions(
  world: Reading,
  callerArn: string,
  actionsByResource: ReadonlyMap<string, readonly string[]>,
): Promise<Granted> {
  const PolicySourceArn = await policySource(world, callerArn);
  if (PolicySourceArn === undefined) {
    return { missing: [], warnings: [`permissions of ${callerArn} cannot be simulated`] };
  }
  if (PolicySourceArn === "root") return { missing: [], warnings: [] };
  const missing: MissingPermission[] = [];
  const unsure = new Set<string>();
  try {
    for (const [resource, actions] of actionsByResource) {
      for (let from = 0; from < actions.length; from += maxActionsPerCall) {
        const ActionNames = actions.slice(from, from + maxActionsPerCall);
        const input = { PolicySourceArn, ActionNames, ResourceArns: [resource] };
        const results = await world.cloud.all("iam:SimulatePrincipalPolicy", input, "EvaluationResults");
        for (const result of results) judge(result, resource, { missing, unsure });
      }
    }
  } catch (error) {
    const code = awsCode(error);
    if (code === undefined) throw error;
    return { missing, warnings: [`permissions could not be simulated (${code}: iam:SimulatePrincipalPolicy)`] };
  }
  const warnings =
    unsure.size === 0
      ? []
      : [`whether the caller may ${[...unsure].join(", ")} depends on conditions that only AWS knows`];
  return { missing, warnings };
}

function judge(
  result: JsonObject,
  resource: string,
  into: { readonly missing: MissingPermission[]; readonly unsure: Set<string> },
): void {
  const action = textAt(result, "EvalActionName") ?? "";
  const decision = textAt(result, "EvalDecision");
  if (decision === "allowed") return;
  if (decision === "implicitDeny" && textsAt(result, "MissingContextValues").length > 0) into.unsure.add(action);
  else into.missing.push({ action, resource, why: decision === "explicitDeny" ? "denied explicitly" : "not allowed" });
}

// The simulator knows users and roles, not sessions: a session's policies are its role's.
async function policySource(world: Reading, callerArn: string): Promise<string | undefined> {
  const [, partition = "aws", service, , account = "", rest = ""] = callerArn.split(":");
  if (rest === "root") return "root";
  if (service === "iam") return callerArn;
  const session = /^assumed-role\/([^/]+)\//.exec(rest);
  if (session === null) return undefined;
  const name = session[1] ?? "";
  try {
    const role = objectAt((await find(world.cloud, "iam:GetRole", { RoleName: name }))?.["Role"]);
    return textAt(role, "Arn");
  } catch (error) {
    if (awsCode(error) === undefined) throw error;
    return `arn:${partition}:iam::${account}:role/${name}`;
  }
}
