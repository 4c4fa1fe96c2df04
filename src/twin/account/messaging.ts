import type { JsonObject } from "../../kube/objects.ts";
import {
  type AwsAccount,
  mergeTags,
  object,
  objects,
  type Operations,
  optionalText,
  removeTags,
  text,
  texts,
} from "./account.ts";
import { awsError, notFound } from "./errors.ts";
import { type Row, shown } from "./state.ts";
import { str } from "../store/objects.ts";

/** Queues. An attribute set to the empty string is removed. */
export function sqsOperations(aws: AwsAccount): Operations {
  const absent = (): Error => awsError("QueueDoesNotExist", "The specified queue does not exist.");
  const byUrl = (input: JsonObject): Row => {
    const name = text(input, "QueueUrl").split("/").at(-1) ?? "";
    const queue = aws.table("sqs.queues")[name];
    if (queue === undefined) throw absent();
    return queue;
  };
  return {
    GetQueueUrl: (input) => {
      const queue = aws.table("sqs.queues")[text(input, "QueueName")];
      if (queue === undefined) throw absent();
      return { QueueUrl: queue["QueueUrl"] };
    },
    ListQueues: (input) => {
      const prefix = optionalText(input, "QueueNamePrefix") ?? "";
      const names = Object.keys(aws.table("sqs.queues")).filter((name) => name.startsWith(prefix));
      return { QueueUrls: names.map((name) => queueUrl(aws, name)) };
    },
    CreateQueue: (input) => createQueue(aws, input),
    GetQueueAttributes: (input) => {
      const attributes = object(byUrl(input)["_attributes"]);
      const names = texts(input["AttributeNames"]);
      if (names.includes("All")) return { Attributes: attributes };
      return { Attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name))) };
    },
    SetQueueAttributes: (input) => {
      const queue = byUrl(input);
      const merged = { ...object(queue["_attributes"]), ...object(input["Attributes"]) };
      queue["_attributes"] = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ""));
      return {};
    },
    DeleteQueue: (input) => {
      byUrl(input);
      delete aws.table("sqs.queues")[text(input, "QueueUrl").split("/").at(-1) ?? ""];
      return {};
    },
    ListQueueTags: (input) => ({ Tags: byUrl(input)["_tags"] ?? {} }),
    TagQueue: (input) => {
      const queue = byUrl(input);
      queue["_tags"] = { ...object(queue["_tags"]), ...object(input["Tags"]) };
      return {};
    },
    UntagQueue: (input) => {
      const queue = byUrl(input);
      const keys = texts(input["TagKeys"]);
      queue["_tags"] = Object.fromEntries(
        Object.entries(object(queue["_tags"])).filter(([key]) => !keys.includes(key)),
      );
      return {};
    },
    ReceiveMessage: (input) => {
      byUrl(input);
      return {};
    },
  };
}

function createQueue(aws: AwsAccount, input: JsonObject): JsonObject {
  const name = text(input, "QueueName");
  const table = aws.table("sqs.queues");
  const wanted = object(input["Attributes"]);
  const there = table[name];
  if (there !== undefined) {
    const attributes = object(there["_attributes"]);
    const differs = Object.entries(wanted).some(([key, value]) => attributes[key] !== value);
    if (differs)
      throw awsError(
        "QueueNameExists",
        "A queue already exists with the same name and a different value for an attribute.",
      );
    return { QueueUrl: there["QueueUrl"] };
  }
  const defaults = {
    VisibilityTimeout: "30",
    MaximumMessageSize: "262144",
    MessageRetentionPeriod: "345600",
    DelaySeconds: "0",
    ReceiveMessageWaitTimeSeconds: "0",
    SqsManagedSseEnabled: "true",
  };
  const facts = {
    QueueArn: aws.arn("sqs", name),
    CreatedTimestamp: str(Math.floor(aws.nowMs / 1000)),
    ApproximateNumberOfMessages: "0",
  };
  table[name] = {
    QueueUrl: queueUrl(aws, name),
    _attributes: { ...defaults, ...wanted, ...facts },
    _tags: input["tags"] ?? {},
  };
  return { QueueUrl: queueUrl(aws, name) };
}

function queueUrl(aws: AwsAccount, name: string): string {
  return `https://sqs.${aws.region}.amazonaws.com/${aws.accountId}/${name}`;
}

/** EventBridge rules and their targets on the default bus. */
export function eventsOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject, key: string): Row => {
    const name = text(input, key);
    const rule = aws.table("events.rules")[name];
    if (rule === undefined) throw notFound(`Rule ${name} does not exist on EventBus default.`);
    return rule;
  };
  return {
    ...ruleTagOperations(aws),
    ListRules: (input) => {
      const prefix = optionalText(input, "NamePrefix") ?? "";
      return {
        Rules: aws
          .rows("events.rules")
          .filter((rule) => str(rule["Name"]).startsWith(prefix))
          .map(shown),
      };
    },
    DescribeRule: (input) => shown(find(input, "Name")),
    PutRule: (input) => {
      const name = text(input, "Name");
      const table = aws.table("events.rules");
      const arn = aws.arn("events", `rule/${name}`);
      const { Tags, ...rest } = input;
      table[name] = {
        State: "ENABLED",
        EventBusName: "default",
        ...rest,
        Arn: arn,
        _targets: table[name]?.["_targets"] ?? [],
        _tags: Tags ?? table[name]?.["_tags"] ?? [],
      };
      return { RuleArn: arn };
    },
    DeleteRule: (input) => {
      const name = text(input, "Name");
      if (objects(aws.table("events.rules")[name]?.["_targets"]).length > 0)
        throw awsError("ValidationException", "Rule can't be deleted since it has targets.");
      delete aws.table("events.rules")[name];
      return {};
    },
    ListTargetsByRule: (input) => ({ Targets: find(input, "Rule")["_targets"] ?? [] }),
    ListRuleNamesByTarget: (input) => {
      const arn = text(input, "TargetArn");
      const rules = aws
        .rows("events.rules")
        .filter((rule) => objects(rule["_targets"]).some((target) => target["Arn"] === arn));
      return { RuleNames: rules.map((rule) => str(rule["Name"])) };
    },
    PutTargets: (input) => {
      const rule = find(input, "Rule");
      const byId = new Map(objects(rule["_targets"]).map((target) => [target["Id"], target]));
      for (const target of objects(input["Targets"])) byId.set(target["Id"], target);
      rule["_targets"] = [...byId.values()];
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: (input) => {
      const rule = find(input, "Rule");
      const gone = texts(input["Ids"]);
      rule["_targets"] = objects(rule["_targets"]).filter((target) => !gone.includes(str(target["Id"])));
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  };
}

function ruleTagOperations(aws: AwsAccount): Operations {
  const byArn = (input: JsonObject): Row => {
    const arn = text(input, "ResourceARN");
    const rule = aws.rows("events.rules").find((one) => one["Arn"] === arn);
    if (rule === undefined) throw notFound(`Rule ${arn} does not exist.`);
    return rule;
  };
  return {
    ListTagsForResource: (input) => ({ Tags: byArn(input)["_tags"] ?? [] }),
    TagResource: (input) => {
      const rule = byArn(input);
      rule["_tags"] = mergeTags(rule["_tags"], input["Tags"]);
      return {};
    },
    UntagResource: (input) => {
      const rule = byArn(input);
      rule["_tags"] = removeTags(rule["_tags"], texts(input["TagKeys"]));
      return {};
    },
  };
}
