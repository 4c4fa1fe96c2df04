import { Fault } from "../../../fault/fault.ts";
import type { World } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { groupsOfRole, withoutRole, withRole } from "../../../migration/setup/aws-auth.ts";
import { objectAt, textAt } from "../../../kube/json.ts";
import { makeCalls, remove } from "../../run/aws-calls.ts";
import { planTag } from "../../../migration/setup/options.ts";
import { readAccessEntry, readAssociation, readMapRoles } from "../../read/aws-objects.ts";
import { tagsOf } from "../../../aws/tags.ts";

/** The access entry by which nodes of the node role join. */
export const accessEntryHandler: StepHandler<"eks-access-entry"> = {
  async observe(step, world) {
    const entry = await readAccessEntry(world, step.params.clusterName, step.params.principalArn);
    if (entry === undefined) return { state: "pending", detail: "the node role has no access entry" };
    if (entry["type"] !== step.params.type) {
      return { state: "blocked", detail: `the node role's access entry has type ${textAt(entry["type"]) ?? ""}` };
    }
    return { state: "done", after: { arn: textAt(entry["accessEntryArn"]) ?? "" }, detail: "exists" };
  },
  record: () => Promise.resolve(null),
  // EKS checks the principal against IAM, where a new role takes seconds to appear.
  act: (step, _before, world) => makeCalls(step.calls, world, ["InvalidParameterException"]),
  async undo(step, _before, _after, world) {
    const { clusterName, principalArn } = step.params;
    const entry = await readAccessEntry(world, clusterName, principalArn);
    if (entry === undefined) return { kind: "undone" };
    const planId = tagsOf(objectAt(step.calls[0]?.input["tags"]))[planTag];
    if (tagsOf(entry["tags"] ?? {})[planTag] !== planId) {
      return { kind: "left", reason: `the access entry of ${principalArn} no longer carries ${planTag}` };
    }
    await remove(world, "eks:DeleteAccessEntry", { clusterName, principalArn });
    return { kind: "undone" };
  },
};

/** The association that gives the controller's pods their role. */
export const associationHandler: StepHandler<"eks-pod-identity"> = {
  async observe(step, world) {
    const found = await readAssociation(world, step.params);
    if (found === undefined) return { state: "pending", detail: "the service account has no association" };
    if (found["roleArn"] !== step.params.roleArn) {
      return { state: "blocked", detail: `the service account is associated with ${textAt(found["roleArn"]) ?? ""}` };
    }
    return { state: "done", after: { id: textAt(found["associationId"]) ?? "" }, detail: "associated" };
  },
  record: () => Promise.resolve(null),
  act: (step, _before, world) => makeCalls(step.calls, world, ["InvalidParameterException"]),
  async undo(step, _before, _after, world) {
    const found = await readAssociation(world, step.params);
    if (found === undefined) return { kind: "undone" };
    if (found["roleArn"] !== step.params.roleArn) {
      return { kind: "left", reason: `the association points at ${textAt(found["roleArn"]) ?? ""} by now` };
    }
    const clusterName = step.params.clusterName;
    await remove(world, "eks:DeletePodIdentityAssociation", { clusterName, associationId: found["associationId"] });
    return { kind: "undone" };
  },
};

const awsAuth = { resource: "configmaps", namespace: "kube-system", name: "aws-auth" } as const;
/** Writers of aws-auth that may come between our read and our write before we give up. */
const maxConflicts = 5;

/** The node role's entry in kube-system/aws-auth, edited as text. `before` is the whole former text. */
export const awsAuthHandler: StepHandler<"kube-aws-auth"> = {
  async observe(step, world) {
    const groups = groupsOfRole((await readMapRoles(world)).mapRoles, step.params.roleArn);
    if (groups === undefined) return { state: "pending", detail: "aws-auth does not map the node role" };
    const missing = step.params.groups.filter((group) => !groups.includes(group));
    if (missing.length > 0)
      return { state: "blocked", detail: `aws-auth maps the node role without ${missing.join(", ")}` };
    return { state: "done", after: { groups }, detail: "aws-auth maps the node role" };
  },
  async record(_step, world) {
    const { exists, mapRoles } = await readMapRoles(world);
    return { exists, mapRoles: mapRoles ?? null };
  },
  act: (step, _before, world) =>
    edit(world, (current) => {
      if (groupsOfRole(current, step.params.roleArn) !== undefined) return current ?? "";
      return withRole(current, step.params);
    }),
  async undo(step, before, _after, world) {
    const { exists, mapRoles } = await readMapRoles(world);
    if (!exists || groupsOfRole(mapRoles, step.params.roleArn) === undefined) return { kind: "undone" };
    const former = before.mapRoles ?? undefined;
    const restored = withoutRole(mapRoles ?? "", former, step.params);
    if (restored === undefined) {
      return { kind: "left", reason: "the node role's entry in aws-auth was changed since; remove it by hand" };
    }
    if (!before.exists && restored === "") {
      await world.cluster.delete(awsAuth);
      return { kind: "undone" };
    }
    await edit(
      world,
      (current) => (current === mapRoles ? restored : current),
      former === undefined && restored === "",
    );
    return { kind: "undone" };
  },
};

/** Reads, edits and writes under the ConfigMap's resourceVersion, so that nobody's change is lost. */
async function edit(
  world: World,
  change: (mapRoles: string | undefined) => string | undefined,
  dropsKey = false,
): Promise<void> {
  for (let conflict = 0; ; conflict++) {
    const found = await world.cluster.get(awsAuth);
    const after = change(found?.data?.["mapRoles"]);
    if (found !== undefined && after === found.data?.["mapRoles"]) return;
    try {
      if (found === undefined) {
        const metadata = { name: awsAuth.name, namespace: awsAuth.namespace };
        await world.cluster.create("configmaps", {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata,
          data: { mapRoles: after },
        });
        return;
      }
      const { resourceVersion } = found.metadata;
      await world.cluster.patch(awsAuth, "merge", {
        // Under this version the API server refuses with a conflict instead of losing somebody's change.
        metadata: resourceVersion === undefined ? {} : { resourceVersion },
        data: { mapRoles: dropsKey ? null : (after ?? "") },
      });
      return;
    } catch (error) {
      const isConflict = error instanceof Fault && error.code === "kube.Conflict";
      if (!isConflict || conflict === maxConflicts) throw error;
    }
  }
}
