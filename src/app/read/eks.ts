import type { Account } from "../../aws/account.ts";
import { valueAt, objectAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import type { ReadOperation } from "../../aws/operations.ts";
import { find } from "./aws-find.ts";
import type { GapKeeper } from "./gaps.ts";
import { pooled } from "./pool.ts";

const width = 6;

type EksPart = Pick<Account, "cluster" | "nodegroups" | "addons" | "accessEntries" | "podIdentityAssociations">;

/** The cluster as EKS knows it, with its node groups, add-ons, access entries and Pod Identity associations. */
export async function readEks(cloud: CloudReader, clusterName: string, keeper: GapKeeper): Promise<EksPart> {
  const cluster = await keeper.keep("aws:DescribeCluster", async () =>
    objectAt((await cloud.read("eks:DescribeCluster", { name: clusterName }))["cluster"]),
  );
  if (cluster === undefined) return {};
  const mode = valueAt(cluster, "accessConfig", "authenticationMode");
  const each = (list: ListAndDescribe): Promise<readonly JsonObject[] | undefined> =>
    keeper.keep(`aws:${list.list.slice(4)}`, () => listAndDescribe(cloud, clusterName, list));
  const [nodegroups, addons, accessEntries, podIdentityAssociations] = await Promise.all([
    keeper.keep("aws:ListNodegroups", () => readNodegroups(cloud, clusterName)),
    each({ list: "eks:ListAddons", items: "addons", describe: "eks:DescribeAddon", by: "addonName", as: "addon" }),
    // In this mode EKS refuses the call: there are no access entries to list.
    mode === "CONFIG_MAP"
      ? []
      : each({
          list: "eks:ListAccessEntries",
          items: "accessEntries",
          describe: "eks:DescribeAccessEntry",
          by: "principalArn",
          as: "accessEntry",
        }),
    keeper.keep("aws:ListPodIdentityAssociations", () => readAssociations(cloud, clusterName)),
  ]);
  return {
    cluster,
    ...(nodegroups === undefined ? {} : { nodegroups }),
    ...(addons === undefined ? {} : { addons }),
    ...(accessEntries === undefined ? {} : { accessEntries }),
    ...(podIdentityAssociations === undefined ? {} : { podIdentityAssociations }),
  };
}

/** All managed node groups, by name. Throws `aws.…`. */
export function readNodegroups(cloud: CloudReader, clusterName: string): Promise<readonly JsonObject[]> {
  return listAndDescribe(cloud, clusterName, {
    list: "eks:ListNodegroups",
    items: "nodegroups",
    describe: "eks:DescribeNodegroup",
    by: "nodegroupName",
    as: "nodegroup",
  });
}

interface ListAndDescribe {
  readonly list: ReadOperation;
  readonly items: string;
  readonly describe: ReadOperation;
  /** Input member that names one item. */
  readonly by: string;
  /** Output member that holds it. */
  readonly as: string;
}

async function listAndDescribe(
  cloud: CloudReader,
  clusterName: string,
  of: ListAndDescribe,
): Promise<readonly JsonObject[]> {
  const names = await cloud.allNames(of.list, { clusterName }, of.items);
  // One that went away since it was listed is not there: no failure.
  const found = await pooled(width, names.toSorted(), (name) =>
    find(cloud, of.describe, { clusterName, [of.by]: name }),
  );
  return found.flatMap((one) => (one === undefined ? [] : [objectAt(one[of.as])]));
}

async function readAssociations(cloud: CloudReader, clusterName: string): Promise<readonly JsonObject[]> {
  const listed = await cloud.all("eks:ListPodIdentityAssociations", { clusterName }, "associations");
  return pooled(width, listed, async (one) => {
    const associationId = one["associationId"];
    if (typeof associationId !== "string") return one;
    return objectAt(
      (await cloud.read("eks:DescribePodIdentityAssociation", { clusterName, associationId }))["association"],
    );
  });
}
