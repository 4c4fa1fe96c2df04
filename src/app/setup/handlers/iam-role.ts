import type { BeforeOf } from "../../../migration/kinds.ts";
import type { ActingStep } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import type { StepHandler, UndoOutcome } from "../../run/handler.ts";
import { textAt } from "../../../kube/json.ts";
import { makeCalls, remove } from "../../run/aws-calls.ts";
import type { RoleState } from "../../../migration/setup/facts.ts";
import { planTag } from "../../../migration/setup/options.ts";
import { readRole } from "../../read/aws-objects.ts";
import { sameDocument } from "../../../aws/document.ts";

/** A role with its trust policy and the managed policies that setup attaches. */
export const roleHandler: StepHandler<"iam-role"> = {
  async observe(step, world) {
    const { name, trust, managedPolicies, keepsTrust } = step.params;
    const state = await readRole(world, name);
    if (state === undefined) return { state: "pending", detail: `role ${name} does not exist` };
    const missing = managedPolicies.filter((arn) => !state.attached.includes(arn));
    if (missing.length > 0) return { state: "pending", detail: `${missing.join(", ")} not attached to role ${name}` };
    if (keepsTrust !== true && !sameDocument(state.trust, trust)) {
      return { state: "pending", detail: `role ${name} has another trust policy` };
    }
    return { state: "done", after: { arn: state.arn }, detail: `role ${name} is complete` };
  },
  async record(step, world) {
    const state = await readRole(world, step.params.name);
    return state === undefined ? null : { arn: state.arn, trust: state.trust ?? null, attached: state.attached };
  },
  // A role made a second ago is not known everywhere yet.
  act: (step, _before, world) => makeCalls(step.calls, world, ["NoSuchEntity", "NoSuchEntityException"]),
  async undo(step, before, _after, world) {
    const state = await readRole(world, step.params.name);
    if (state === undefined) return { kind: "undone" };
    return before === null ? removeRole(step, state, world) : restoreRole(step, before, world, state);
  },
};

type RoleStep = ActingStep<"iam-role">;

async function removeRole(step: RoleStep, state: RoleState, world: World): Promise<UndoOutcome> {
  const { name, managedPolicies, planId } = step.params;
  if (state.tags[planTag] !== planId) {
    return { kind: "left", reason: `role ${name} no longer carries ${planTag}=${planId}` };
  }
  const foreign = await foreignUses(name, state, managedPolicies, world);
  if (foreign.length > 0)
    return { kind: "left", reason: `role ${name} has been given more since: ${foreign.join(", ")}` };
  for (const PolicyArn of state.attached) await remove(world, "iam:DetachRolePolicy", { RoleName: name, PolicyArn });
  await remove(world, "iam:DeleteRole", { RoleName: name });
  return { kind: "undone" };
}

async function foreignUses(
  name: string,
  state: RoleState,
  ours: readonly string[],
  world: World,
): Promise<readonly string[]> {
  const attached = state.attached.filter((arn) => !ours.includes(arn)).map((arn) => `policy ${arn}`);
  const inline = await world.cloud.allNames("iam:ListRolePolicies", { RoleName: name }, "PolicyNames");
  const profiles = await world.cloud.all("iam:ListInstanceProfilesForRole", { RoleName: name }, "InstanceProfiles");
  return [
    ...attached,
    ...inline.map((policy) => `inline policy ${policy}`),
    ...profiles.map((profile) => `instance profile ${textAt(profile["InstanceProfileName"]) ?? ""}`),
  ];
}

async function restoreRole(
  step: RoleStep,
  before: NonNullable<BeforeOf<"iam-role">>,
  world: World,
  state: RoleState,
): Promise<UndoOutcome> {
  const { name, trust, managedPolicies, keepsTrust } = step.params;
  const had = before.attached;
  for (const PolicyArn of managedPolicies) {
    if (had.includes(PolicyArn)) continue;
    await remove(world, "iam:DetachRolePolicy", { RoleName: name, PolicyArn });
  }
  if (keepsTrust === true || sameDocument(state.trust, before.trust)) return { kind: "undone" };
  if (!sameDocument(state.trust, trust)) {
    return { kind: "left", reason: `the trust policy of role ${name} was changed since` };
  }
  const PolicyDocument = JSON.stringify(before.trust);
  await remove(world, "iam:UpdateAssumeRolePolicy", { RoleName: name, PolicyDocument });
  return { kind: "undone" };
}
