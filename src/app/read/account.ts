import type { Account } from "../../aws/account.ts";
import { objectsAt, textAt } from "../../kube/json.ts";
import { tagsOf } from "../../aws/tags.ts";
import { instanceIdOf } from "../../kube/node.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import { clusterNameInTags } from "../../snapshot/cluster-name.ts";
import type { Gap } from "../../snapshot/snapshot.ts";
import { readEks } from "./eks.ts";
import { GapKeeper, gapOf } from "./gaps.ts";
import { readGroups } from "./groups.ts";
import { readIam } from "./iam.ts";
import { readMessaging, readQuotas } from "./messaging.ts";
import { readNetwork } from "./network.ts";
import { batches, pooled } from "./pool.ts";

/** Where the account reading starts from. */
export interface AccountRequest {
  readonly clusterName: string | undefined;
  readonly objects: ClusterObjects;
}

/** The account, as far as it could be read; `clusterName` when only an instance's tags told it. */
export interface AccountReading {
  readonly account?: Account;
  readonly clusterName?: string;
  readonly gaps: readonly Gap[];
}

/** Reads what one cluster touches in its account. Each call that fails is a gap; without credentials there is no account at all. */
export async function readAccount(cloud: CloudReader, request: AccountRequest): Promise<AccountReading> {
  const keeper = new GapKeeper();
  let caller: JsonObject;
  try {
    caller = await cloud.read("sts:GetCallerIdentity", {});
  } catch (error) {
    return { gaps: [gapOf("aws", error)] };
  }
  const accountId = textAt(caller["Account"]);
  const callerArn = textAt(caller["Arn"]);
  const instances = await keeper.keep("aws:DescribeInstances", () => readInstances(cloud, request.objects));
  const clusterName = request.clusterName ?? nameFromInstances(instances);
  if (clusterName === undefined) {
    keeper.gaps.push({
      what: "aws",
      reason: "not-in-source",
      detail: "the EKS cluster's name is not known, so its part of the account cannot be found; pass --cluster NAME",
    });
  }
  const eks = clusterName === undefined ? {} : await readEks(cloud, clusterName, keeper);
  const groups = await readGroups(
    cloud,
    { clusterName, nodegroups: eks.nodegroups ?? [], instances: instances ?? [] },
    keeper,
  );
  const facts = { ...eks, ...groups, ...(instances === undefined ? {} : { instances }) };
  const [network, iam, messaging, quotas] = await Promise.all([
    readNetwork(cloud, { ...facts, objects: request.objects }, keeper),
    readIam(cloud, { ...facts, objects: request.objects }, keeper),
    readMessaging(cloud, { clusterName, objects: request.objects }, keeper),
    readQuotas(cloud, keeper),
  ]);
  const account: Account = {
    region: cloud.region,
    ...(accountId === undefined ? {} : { accountId }),
    ...(callerArn === undefined ? {} : { callerArn, partition: callerArn.split(":")[1] ?? "aws" }),
    ...facts,
    ...network,
    ...iam,
    ...messaging,
    ...quotas,
  };
  const gaps = keeper.gaps.toSorted((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : 0));
  return { account, gaps, ...(clusterName === undefined ? {} : { clusterName }) };
}

// Filters instead of ids: an instance that is gone must not fail the rest.
async function readInstances(cloud: CloudReader, objects: ClusterObjects): Promise<readonly JsonObject[]> {
  const ids = (objects.nodes ?? []).map(instanceIdOf).filter((id) => id !== undefined);
  const lists = await pooled(4, batches(ids, 200), (slice) =>
    cloud.all("ec2:DescribeInstances", { Filters: [{ Name: "instance-id", Values: [...slice] }] }, "Reservations"),
  );
  return lists.flat().flatMap((reservation) => objectsAt(reservation["Instances"]));
}

function nameFromInstances(instances: readonly JsonObject[] | undefined): string | undefined {
  const names = new Set(
    (instances ?? []).map((one) => clusterNameInTags(tagsOf(one["Tags"]))).filter((name) => name !== undefined),
  );
  return names.size === 1 ? [...names][0] : undefined;
}
