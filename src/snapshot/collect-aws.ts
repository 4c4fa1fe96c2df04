import type { Account } from "../aws/account.ts";
import { readableUserData } from "../aws/user-data/plain.ts";
import { isObject, objectsAt, textAt } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";

type ListKey = Exclude<
  keyof Account,
  "accountId" | "callerArn" | "region" | "partition" | "cluster" | "roles" | "hasSpotServiceLinkedRole"
>;

/** Top-level members of `aws` command outputs that hold a list, and where it goes. */
const lists: Readonly<Record<string, ListKey>> = {
  AutoScalingGroups: "autoScalingGroups",
  LaunchConfigurations: "launchConfigurations",
  LaunchTemplateVersions: "launchTemplateVersions",
  ScheduledUpdateGroupActions: "scheduledActions",
  LifecycleHooks: "lifecycleHooks",
  Subnets: "subnets",
  SecurityGroups: "securityGroups",
  Images: "images",
  Vpcs: "vpcs",
  VpcEndpoints: "vpcEndpoints",
  RouteTables: "routeTables",
  Volumes: "volumes",
  CapacityReservations: "capacityReservations",
  OpenIDConnectProviderList: "openIdConnectProviders",
  InstanceProfiles: "instanceProfiles",
  Rules: "eventRules",
  Quotas: "serviceQuotas",
};
/** Members that hold one object of a list. */
const singles: Readonly<Record<string, ListKey>> = {
  nodegroup: "nodegroups",
  addon: "addons",
  accessEntry: "accessEntries",
  association: "podIdentityAssociations",
  InstanceProfile: "instanceProfiles",
};

/** Recognises outputs of `aws eks describe-nodegroup` and its like among dumps, and joins them into an account. */
export class AwsCollector {
  readonly #found = new Map<ListKey, JsonObject[]>();
  #cluster: JsonObject | undefined;

  /** Whether the document was an AWS answer. */
  add(document: JsonObject): boolean {
    let isKnown = false;
    const take = (key: ListKey, items: readonly JsonObject[]): void => {
      isKnown = true;
      this.#found.set(key, [...(this.#found.get(key) ?? []), ...items.map(readable)]);
    };
    for (const [member, value] of Object.entries(document)) {
      const list = lists[member];
      const single = singles[member];
      if (list !== undefined && Array.isArray(value)) take(list, objectsAt(value));
      else if (single !== undefined && isObject(value)) take(single, [value]);
      else if (member === "Reservations")
        take(
          "instances",
          objectsAt(value).flatMap((one) => objectsAt(one["Instances"])),
        );
      else if (member === "cluster" && isObject(value) && value["resourcesVpcConfig"] !== undefined) {
        isKnown = true;
        this.#cluster = value;
      }
    }
    return isKnown;
  }

  /** The account as far as the outputs tell it; undefined without any. */
  account(): Account | undefined {
    const lists = Object.fromEntries(this.#found);
    const arn = this.#arn();
    if (this.#cluster === undefined && this.#found.size === 0) return undefined;
    const [, partition, , region, accountId] = arn?.split(":") ?? [];
    return {
      region: region ?? this.#regionOfZones() ?? "unknown",
      ...(partition === undefined ? {} : { partition }),
      ...(accountId === undefined || accountId === "" ? {} : { accountId }),
      ...(this.#cluster === undefined ? {} : { cluster: this.#cluster }),
      ...lists,
    };
  }

  #arn(): string | undefined {
    const arns: (Json | undefined)[] = [
      this.#cluster?.["arn"],
      ...(this.#found.get("nodegroups") ?? []).map((one) => one["nodegroupArn"]),
      ...(this.#found.get("autoScalingGroups") ?? []).map((one) => one["AutoScalingGroupARN"]),
      ...(this.#found.get("subnets") ?? []).map((one) => one["SubnetArn"]),
    ];
    return arns.map((arn) => textAt(arn)).find((arn) => arn?.startsWith("arn:") === true);
  }

  #regionOfZones(): string | undefined {
    const zones = [...(this.#found.get("subnets") ?? [])].map((one) => textAt(one["AvailabilityZone"]));
    return /^(.*\d)[a-z]$/.exec(zones.find((zone) => zone !== undefined) ?? "")?.[1];
  }
}

/** User data decoded, as the live reader does it. */
function readable(item: JsonObject): JsonObject {
  const inTemplate = textAt(item, "LaunchTemplateData", "UserData");
  if (inTemplate !== undefined) {
    const data = item["LaunchTemplateData"];
    return { ...item, LaunchTemplateData: { ...(isObject(data) ? data : {}), UserData: readableUserData(inTemplate) } };
  }
  const own = textAt(item["UserData"]);
  return own === undefined ? item : { ...item, UserData: readableUserData(own) };
}
