import type { ActingStep } from "../../../migration/step.ts";
import type { StepHandler } from "../../run/handler.ts";
import { objectAt, textAt } from "../../../kube/json.ts";
import { makeCalls, remove } from "../../run/aws-calls.ts";
import { planTag } from "../../../migration/setup/options.ts";
import { readQueue, readRule } from "../../read/aws-objects.ts";
import { sameDocument } from "../../../aws/document.ts";

/** AWS refuses a queue's name for a minute after its deletion. */
const deletedRecently = ["QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"];

/** The interruption queue with its policy. */
export const queueHandler: StepHandler<"sqs-queue"> = {
  async observe(step, world) {
    const name = step.params.name;
    const state = await readQueue(world, name);
    if (state === undefined) return { state: "pending", detail: `queue ${name} does not exist` };
    if (!sameDocument(state.policy, step.params.policy)) {
      return { state: "pending", detail: `queue ${name} has another policy` };
    }
    return { state: "done", after: { url: state.url, arn: state.arn }, detail: `queue ${name} is ready` };
  },
  async record(step, world) {
    const state = await readQueue(world, step.params.name);
    return state === undefined ? null : { url: state.url, policy: state.policy ?? null };
  },
  act: (step, _before, world) => makeCalls(step.calls, world, deletedRecently),
  async undo(step, before, _after, world) {
    const name = step.params.name;
    const state = await readQueue(world, name);
    if (state === undefined) return { kind: "undone" };
    const had = before?.policy;
    if (before !== null && sameDocument(state.policy, had)) return { kind: "undone" };
    if (!sameDocument(state.policy, step.params.policy)) {
      return { kind: "left", reason: `the policy of queue ${name} was changed since` };
    }
    if (before !== null) {
      const Policy = had === null || had === undefined ? "" : JSON.stringify(had);
      await remove(world, "sqs:SetQueueAttributes", { QueueUrl: state.url, Attributes: { Policy } });
      return { kind: "undone" };
    }
    if (state.tags[planTag] !== step.params.planId) {
      return { kind: "left", reason: `queue ${name} no longer carries ${planTag}` };
    }
    await remove(world, "sqs:DeleteQueue", { QueueUrl: state.url });
    return { kind: "undone" };
  },
};

/** One rule that feeds the queue. */
export const ruleHandler: StepHandler<"events-rule"> = {
  async observe(step, world) {
    const { name, queueArn } = step.params;
    const state = await readRule(world, name);
    if (state === undefined) return { state: "pending", detail: `rule ${name} does not exist` };
    if (!sameDocument(state.pattern, step.params.pattern)) {
      return { state: "blocked", detail: `rule ${name} has another event pattern` };
    }
    if (!state.isEnabled) return { state: "pending", detail: `rule ${name} is disabled` };
    if (!state.targetArns.includes(queueArn))
      return { state: "pending", detail: `rule ${name} does not feed the queue` };
    return { state: "done", after: { arn: state.arn }, detail: `rule ${name} feeds the queue` };
  },
  async record(step, world) {
    const state = await readRule(world, step.params.name);
    return state === undefined ? null : { isEnabled: state.isEnabled, targetArns: state.targetArns };
  },
  act: (step, _before, world) => makeCalls(step.calls, world),
  async undo(step, before, _after, world) {
    const { name, queueArn } = step.params;
    const state = await readRule(world, name);
    if (state === undefined) return { kind: "undone" };
    const others = state.targetArns.filter((arn) => arn !== queueArn);
    if (before === null && others.length > 0) {
      return { kind: "left", reason: `rule ${name} feeds ${others.join(", ")} too` };
    }
    const ids = targetIds(step);
    if (state.targetArns.includes(queueArn)) await remove(world, "events:RemoveTargets", { Rule: name, Ids: ids });
    if (before === null) await remove(world, "events:DeleteRule", { Name: name });
    else if (!before.isEnabled) await remove(world, "events:DisableRule", { Name: name });
    return { kind: "undone" };
  },
};

function targetIds(step: ActingStep<"events-rule">): readonly string[] {
  const put = step.calls.find((one) => one.operation === "events:PutTargets");
  const targets = put?.input["Targets"];
  return Array.isArray(targets) ? targets.map((target) => textAt(objectAt(target)["Id"]) ?? "") : [];
}
