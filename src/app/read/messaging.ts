import type { Account } from "../../aws/account.ts";
import { objectAt, textAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import type { GapKeeper } from "./gaps.ts";
import { pooled } from "./pool.ts";

const width = 4;

interface MessagingRequest {
  readonly clusterName: string | undefined;
  readonly objects: ClusterObjects;
}

/** Interruption queues of this cluster, and the event rules that could feed one. */
export async function readMessaging(
  cloud: CloudReader,
  request: MessagingRequest,
  keeper: GapKeeper,
): Promise<Pick<Account, "queues" | "eventRules">> {
  const [queues, eventRules] = await Promise.all([
    keeper.keep("aws:ListQueues", () => readQueues(cloud, request)),
    keeper.keep("aws:ListRules", () => readRules(cloud)),
  ]);
  return { ...(queues === undefined ? {} : { queues }), ...(eventRules === undefined ? {} : { eventRules }) };
}

async function readQueues(cloud: CloudReader, request: MessagingRequest): Promise<readonly JsonObject[]> {
  const urls = await cloud.allNames("sqs:ListQueues", {}, "QueueUrls");
  const named = new Set(queueNames(request));
  const ours = urls.filter((url) => {
    const name = url.split("/").at(-1) ?? "";
    return named.has(name) || /karpenter|node-?termination|interruption/i.test(name);
  });
  return pooled(width, ours.toSorted(), async (QueueUrl) => {
    const answer = await cloud.read("sqs:GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    return { QueueUrl, Attributes: objectAt(answer["Attributes"]) };
  });
}

/** Named by a Karpenter or Node Termination Handler in the cluster, or like the cluster itself, as upstream's templates do. */
function queueNames({ clusterName, objects }: MessagingRequest): readonly string[] {
  const variables = [...(objects.deployments ?? []), ...(objects.daemonsets ?? [])]
    .flatMap((one) => one.spec.template.spec.containers)
    .flatMap((container) => container.env ?? [])
    .filter((entry) => entry.name === "INTERRUPTION_QUEUE" || entry.name === "QUEUE_URL")
    .flatMap((entry) => entry.value?.split("/").at(-1) ?? []);
  return [...variables, ...(clusterName === undefined ? [] : [clusterName])];
}

/** Rules on EC2, health and Auto Scaling events, with their targets. */
async function readRules(cloud: CloudReader): Promise<readonly JsonObject[]> {
  const rules = await cloud.all("events:ListRules", {}, "Rules");
  const relevant = rules.filter((rule) => /aws\.(ec2|health|autoscaling)/.test(textAt(rule["EventPattern"]) ?? ""));
  return pooled(width, relevant, async (rule) => {
    const Rule = textAt(rule["Name"]) ?? "";
    return { ...rule, Targets: await cloud.all("events:ListTargetsByRule", { Rule }, "Targets") };
  });
}

/** EC2 quotas on running vCPUs: those that a surge of nodes can hit. */
export async function readQuotas(cloud: CloudReader, keeper: GapKeeper): Promise<Pick<Account, "serviceQuotas">> {
  const quotas = await keeper.keep("aws:ListServiceQuotas", () =>
    cloud.all("servicequotas:ListServiceQuotas", { ServiceCode: "ec2" }, "Quotas"),
  );
  if (quotas === undefined) return {};
  return {
    serviceQuotas: quotas.filter((quota) => /^(Running On-Demand|All .* Spot)/.test(textAt(quota["QuotaName"]) ?? "")),
  };
}
