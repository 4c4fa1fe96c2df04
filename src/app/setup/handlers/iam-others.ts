import type { StepHandler } from "../../run/handler.ts";
import { objectAt, objectsAt, textAt } from "../../../kube/json.ts";
import { awsCode, find } from "../../read/aws-find.ts";
import { makeCalls, remove } from "../../run/aws-calls.ts";
import { planTag } from "../../../migration/setup/options.ts";
import { hasSpotRole, readOidc, readProfile } from "../../read/aws-objects.ts";
import type { Reading } from "../../../ports/world.ts";
import { rolesOfProfile } from "../../../aws/iam.ts";
import { tagsOf } from "../../../aws/tags.ts";

/** The cluster's OIDC provider in IAM, with the audience that IRSA uses. */
export const oidcHandler: StepHandler<"iam-oidc-provider"> = {
  async observe(step, world) {
    const arn = step.params.arn;
    const state = await readOidc(world, arn);
    if (state === undefined) return { state: "pending", detail: `OIDC provider ${arn} does not exist` };
    const audience = step.params.audience;
    if (!state.clientIds.includes(audience)) return { state: "pending", detail: `audience ${audience} is missing` };
    return { state: "done", after: { arn }, detail: "registered" };
  },
  async record(step, world) {
    const state = await readOidc(world, step.params.arn);
    return state === undefined ? null : { clientIds: state.clientIds };
  },
  act: (step, _before, world) => makeCalls(step.calls, world),
  async undo(step, before, _after, world) {
    const OpenIDConnectProviderArn = step.params.arn;
    const state = await readOidc(world, OpenIDConnectProviderArn);
    if (state === undefined) return { kind: "undone" };
    const audience = step.params.audience;
    if (before !== null) {
      await remove(world, "iam:RemoveClientIDFromOpenIDConnectProvider", {
        OpenIDConnectProviderArn,
        ClientID: audience,
      });
      return { kind: "undone" };
    }
    const others = state.clientIds.filter((id) => id !== audience);
    if (others.length > 0) return { kind: "left", reason: `the OIDC provider serves ${others.join(", ")} too` };
    const users = await rolesTrusting(OpenIDConnectProviderArn, world);
    if (users.length > 0) return { kind: "left", reason: `role ${users.join(", ")} trusts the OIDC provider by now` };
    await remove(world, "iam:DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn });
    return { kind: "undone" };
  },
};

async function rolesTrusting(arn: string, world: Reading): Promise<readonly string[]> {
  const roles = await world.cloud.all("iam:ListRoles", {}, "Roles");
  return roles
    .filter((role) => decodeURIComponent(JSON.stringify(role["AssumeRolePolicyDocument"] ?? "")).includes(arn))
    .map((role) => textAt(role["RoleName"]) ?? "");
}

/** The ready instance profile of releases before v1beta1. */
export const profileHandler: StepHandler<"iam-instance-profile"> = {
  async observe(step, world) {
    const name = step.params.name;
    const profile = await readProfile(world, name);
    if (profile === undefined) return { state: "pending", detail: `instance profile ${name} does not exist` };
    if (rolesOfProfile(profile).includes(step.params.role)) {
      return { state: "done", after: { arn: textAt(profile["Arn"]) ?? "" }, detail: "holds the node role" };
    }
    return { state: "pending", detail: `instance profile ${name} does not hold the node role` };
  },
  async record(step, world) {
    const profile = await readProfile(world, step.params.name);
    return profile === undefined ? null : { roles: rolesOfProfile(profile) };
  },
  act: async (step, _before, world) => {
    const name = step.params.name;
    const profile = await readProfile(world, name);
    const has = profile !== undefined && rolesOfProfile(profile).includes(step.params.role);
    // Adding the same role twice is an error in IAM, not a repetition.
    const calls = has ? [] : step.calls;
    await makeCalls(calls, world, ["NoSuchEntity", "NoSuchEntityException"]);
  },
  async undo(step, before, _after, world) {
    const InstanceProfileName = step.params.name;
    const RoleName = step.params.role;
    const profile = await readProfile(world, InstanceProfileName);
    if (profile === undefined) return { kind: "undone" };
    if (before === null && tagsOf(profile["Tags"] ?? [])[planTag] !== step.params.planId) {
      return { kind: "left", reason: `instance profile ${InstanceProfileName} no longer carries ${planTag}` };
    }
    if (before === null) {
      const user = await instanceUsing(textAt(profile["Arn"]) ?? "", world);
      if (user !== undefined) return { kind: "left", reason: `instance ${user} uses ${InstanceProfileName}` };
    }
    await remove(world, "iam:RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
    if (before === null) await remove(world, "iam:DeleteInstanceProfile", { InstanceProfileName });
    return { kind: "undone" };
  },
};

async function instanceUsing(profileArn: string, world: Reading): Promise<string | undefined> {
  const states = ["pending", "running", "stopping", "stopped"];
  const input = { Filters: [{ Name: "instance-state-name", Values: states }] };
  const found = await world.cloud.all("ec2:DescribeInstances", input, "Reservations");
  const instance = found
    .flatMap((one) => objectsAt(one["Instances"]))
    .find((one) => objectAt(one["IamInstanceProfile"])["Arn"] === profileArn);
  return instance === undefined ? undefined : (textAt(instance["InstanceId"]) ?? "");
}

/** How long IAM may take to delete a service-linked role, and how often it is asked. */
const deletionPolls = 30;
const deletionPollMs = 2_000;

/** The spot service-linked role of the account. */
export const linkedRoleHandler: StepHandler<"iam-service-linked-role"> = {
  async observe(step, world) {
    if (await hasSpotRole(world)) return { state: "done", after: { name: step.params.name }, detail: "exists" };
    return { state: "pending", detail: `service-linked role ${step.params.name} does not exist` };
  },
  record: () => Promise.resolve(null),
  async act(step, _before, world) {
    if (await hasSpotRole(world)) return;
    try {
      await makeCalls(step.calls, world);
    } catch (error) {
      // IAM calls it invalid input when the role is there: our own call may have made it and its answer was lost.
      if (awsCode(error) !== "InvalidInput" || !(await hasSpotRole(world))) throw error;
    }
  },
  async undo(step, _before, _after, world) {
    const RoleName = step.params.name;
    const answer = await remove(world, "iam:DeleteServiceLinkedRole", { RoleName });
    if (answer === undefined) return { kind: "undone" };
    const DeletionTaskId = textAt(answer["DeletionTaskId"]) ?? "";
    for (let poll = 0; poll < deletionPolls; poll++) {
      const status = await find(world.cloud, "iam:GetServiceLinkedRoleDeletionStatus", { DeletionTaskId });
      if (status === undefined || status["Status"] === "SUCCEEDED") return { kind: "undone" };
      if (status["Status"] === "FAILED") {
        const why = (textAt(objectAt(status["Reason"])["Reason"]) ?? "") || "resources of the account use it";
        return { kind: "left", reason: `AWS keeps ${RoleName}: ${why}` };
      }
      await world.clock.sleep(deletionPollMs, world.host.interrupted);
    }
    return { kind: "left", reason: `AWS had not finished deleting ${RoleName} after a minute` };
  },
};
