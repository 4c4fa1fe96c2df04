import type { JsonObject } from "../../kube/objects.ts";
import type { Step } from "../step.ts";
import { clusterTag } from "./options.ts";
import { call, keptStep, type PlanInput, refused } from "./plan-step.ts";
import { eventRules, queuePolicy, policyValues } from "./policies.ts";
import { iamArn } from "../../aws/arn.ts";
import { sameDocument } from "../../aws/document.ts";
import { spotRoleName, spotService } from "../../aws/iam.ts";
import { tagList } from "../../aws/tags.ts";
import { textsAt } from "../../kube/json.ts";

/** Seconds that a message waits for the controller; upstream's value. An older interruption is no news. */
const retentionSeconds = "300";

/** The interruption queue, the rules that feed it, and the spot service-linked role. */
export function interruptionSteps(input: PlanInput): readonly Step[] {
  const { release } = input.facts;
  const queue = release.hasInterruptionQueue ? [queueStep(input), ...ruleSteps(input)] : [];
  return [...queue, spotStep(input)];
}

function queueStep(input: PlanInput): Step {
  const { account, cluster, names, release, queue } = input.facts;
  const values = policyValues({ account, cluster, names, nodeRoleArn: input.nodeRoleArn });
  const policy = queuePolicy(release, values) ?? {};
  const id = "setup/queue";
  const kind = "sqs-queue";
  const target = values.queueArn;
  const attributes = {
    MessageRetentionPeriod: retentionSeconds,
    SqsManagedSseEnabled: "true",
    Policy: JSON.stringify(policy),
  };
  const params = { name: names.queue, policy, planId: input.tags["dovetail.dev/plan"] ?? "" };
  const why = "Karpenter hears of spot interruptions and instance events through it";
  if (queue === undefined) {
    const calls = [call("sqs:CreateQueue", { QueueName: names.queue, Attributes: attributes, tags: input.tags })];
    return {
      id,
      kind,
      action: "create",
      title: `create queue ${names.queue}`,
      why,
      target,
      params,
      calls,
      undo: "restore",
    };
  }
  if (sameDocument(queue.policy, policy)) {
    return keptStep(id, kind, { title: `queue ${names.queue}`, why: "exists, and EventBridge may send to it", target });
  }
  if (queue.tags[clusterTag] !== cluster.name) {
    return refused(id, kind, {
      title: `queue ${names.queue} exists with another policy and was not made by Dovetail`,
      why: "let events.amazonaws.com send to it as upstream's template does, or remove it",
      target,
    });
  }
  const calls = [call("sqs:SetQueueAttributes", { QueueUrl: queue.url, Attributes: { Policy: attributes.Policy } })];
  return {
    id,
    kind,
    action: "change",
    title: `change the policy of queue ${names.queue}`,
    why,
    target,
    params,
    calls,
    undo: "restore",
  };
}

function ruleSteps(input: PlanInput): readonly Step[] {
  const { account, cluster, names, release } = input.facts;
  const { queueArn } = policyValues({ account, cluster, names, nodeRoleArn: input.nodeRoleArn });
  return eventRules(release).map((rule) => ruleStep(input, { ...rule, queueArn }));
}

function ruleStep(
  input: PlanInput,
  rule: { readonly name: string; readonly pattern: JsonObject; readonly queueArn: string },
): Step {
  const { account, names } = input.facts;
  const name = names.eventRule(rule.name);
  const id = `setup/rule/${rule.name}`;
  const kind = "events-rule";
  const target = `arn:${account.partition}:events:${account.region}:${account.id}:rule/${name}`;
  const state = input.facts.rules[rule.name];
  const put = call("events:PutRule", {
    Name: name,
    EventPattern: JSON.stringify(rule.pattern),
    State: "ENABLED",
    Tags: tagList(input.tags),
  });
  const feed = call("events:PutTargets", {
    Rule: name,
    Targets: [{ Id: "KarpenterInterruptionQueueTarget", Arn: rule.queueArn }],
  });
  const why = `brings "${textsAt(rule.pattern, "detail-type")[0] ?? ""}" to the queue`;
  const params = { name, pattern: rule.pattern, queueArn: rule.queueArn };
  if (state === undefined) {
    return {
      id,
      kind,
      action: "create",
      title: `create rule ${name}`,
      why,
      target,
      params,
      calls: [put, feed],
      undo: "restore",
    };
  }
  if (!sameDocument(state.pattern, rule.pattern)) {
    return refused(id, kind, {
      title: `rule ${name} exists with another event pattern`,
      why: "remove it or rename it",
      target,
    });
  }
  if (state.targetArns.includes(rule.queueArn) && state.isEnabled) {
    return keptStep(id, kind, { title: `rule ${name}`, why: "enabled and feeds the queue", target });
  }
  const calls = state.isEnabled ? [feed] : [call("events:EnableRule", { Name: name }), feed];
  return { id, kind, action: "change", title: `change rule ${name}`, why, target, params, calls, undo: "restore" };
}

function spotStep(input: PlanInput): Step {
  const id = "setup/spot-role";
  const kind = "iam-service-linked-role";
  const target = iamArn(input.facts.account, `role/aws-service-role/${spotService}/${spotRoleName}`);
  if (input.facts.hasSpotRole) {
    return keptStep(id, kind, { title: `service-linked role ${spotRoleName}`, why: "exists in this account", target });
  }
  return {
    id,
    kind,
    action: "create",
    title: `create service-linked role ${spotRoleName}`,
    why: "EC2 refuses spot instances in an account without it",
    target,
    params: { name: spotRoleName, service: spotService },
    calls: [{ operation: "iam:CreateServiceLinkedRole", input: { AWSServiceName: spotService } }],
    undo: "restore",
  };
}
