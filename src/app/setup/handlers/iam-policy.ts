import type { BeforeOf } from "../../../migration/kinds.ts";
import type { ActingStep } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import type { StepHandler, UndoOutcome } from "../../run/handler.ts";
import { makeCalls, remove } from "../../run/aws-calls.ts";
import type { PolicyState } from "../../../migration/setup/facts.ts";
import { planTag } from "../../../migration/setup/options.ts";
import { readPolicy, readRole } from "../../read/aws-objects.ts";
import { sameDocument } from "../../../aws/document.ts";

/** A customer-managed policy with its document, attached to one role. */
export const policyHandler: StepHandler<"iam-policy"> = {
  async observe(step, world) {
    const { name, arn, role, document } = step.params;
    const state = await readPolicy(world, arn);
    if (state === undefined) return { state: "pending", detail: `policy ${name} does not exist` };
    if (!sameDocument(state.document, document)) {
      return { state: "pending", detail: `policy ${name} has another document` };
    }
    const holder = await readRole(world, role);
    if (holder?.attached.includes(arn) !== true) {
      return { state: "pending", detail: `policy ${name} is not attached to role ${role}` };
    }
    return { state: "done", after: { arn, versionId: state.versionId }, detail: `policy ${name} is attached` };
  },
  async record(step, world) {
    const { arn, role } = step.params;
    const state = await readPolicy(world, arn);
    if (state === undefined) return null;
    const isAttached = (await readRole(world, role))?.attached.includes(arn) === true;
    return { versionId: state.versionId, document: state.document ?? null, isAttached };
  },
  act: async (step, _before, world) => {
    const { arn, document } = step.params;
    const state = await readPolicy(world, arn);
    // After a lost answer the new version is there: making another would use up the five that IAM keeps.
    const isCurrent = state !== undefined && sameDocument(state.document, document);
    const calls = step.calls.filter((one) => !(isCurrent && one.operation === "iam:CreatePolicyVersion"));
    await makeCalls(calls, world, ["NoSuchEntity", "NoSuchEntityException"]);
  },
  async undo(step, before, _after, world) {
    const state = await readPolicy(world, step.params.arn);
    if (state === undefined) return { kind: "undone" };
    return before === null ? removePolicy(step, state, world) : restorePolicy(step, before, state, world);
  },
};

type PolicyStep = ActingStep<"iam-policy">;

async function removePolicy(step: PolicyStep, state: PolicyState, world: World): Promise<UndoOutcome> {
  const { name, arn, role, document, planId } = step.params;
  if (state.tags[planTag] !== planId) {
    return { kind: "left", reason: `policy ${name} no longer carries ${planTag}=${planId}` };
  }
  if (!sameDocument(state.document, document)) {
    return { kind: "left", reason: `the document of policy ${name} was changed since` };
  }
  const isAttached = (await readRole(world, role))?.attached.includes(arn) === true;
  if (state.attachmentCount > (isAttached ? 1 : 0)) {
    return { kind: "left", reason: `policy ${name} is attached elsewhere too` };
  }
  await remove(world, "iam:DetachRolePolicy", { RoleName: role, PolicyArn: arn });
  await remove(world, "iam:DeletePolicy", { PolicyArn: arn });
  return { kind: "undone" };
}

async function restorePolicy(
  step: PolicyStep,
  had: NonNullable<BeforeOf<"iam-policy">>,
  state: PolicyState,
  world: World,
): Promise<UndoOutcome> {
  const { name, arn, role, document } = step.params;
  if (!had.isAttached) await remove(world, "iam:DetachRolePolicy", { RoleName: role, PolicyArn: arn });
  if (state.versionId === had.versionId || sameDocument(state.document, had.document)) return { kind: "undone" };
  if (!sameDocument(state.document, document)) {
    return { kind: "left", reason: `the document of policy ${name} was changed since` };
  }
  await remove(world, "iam:SetDefaultPolicyVersion", { PolicyArn: arn, VersionId: had.versionId });
  await remove(world, "iam:DeletePolicyVersion", { PolicyArn: arn, VersionId: state.versionId });
  return { kind: "undone" };
}
