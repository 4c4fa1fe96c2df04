import type { Account } from "../../aws/account.ts";
import { valueAt, objectsAt, textAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import type { ReadOperation } from "../../aws/operations.ts";
import type { GapKeeper } from "./gaps.ts";
import { nameOrder } from "./groups.ts";
import { batches, pooled } from "./pool.ts";

type NetworkPart = Pick<
  Account,
  "subnets" | "securityGroups" | "vpcs" | "vpcEndpoints" | "routeTables" | "images" | "volumes" | "capacityReservations"
>;

interface NetworkRequest
  extends Pick<Account, "cluster" | "instances" | "launchTemplateVersions" | "launchConfigurations"> {
  readonly objects: ClusterObjects;
}

/** The VPC of the cluster, and the images and volumes that its nodes and pods use. */
export async function readNetwork(
  cloud: CloudReader,
  request: NetworkRequest,
  keeper: GapKeeper,
): Promise<NetworkPart> {
  const vpc =
    textAt(valueAt(request.cluster, "resourcesVpcConfig", "vpcId")) ??
    request.instances?.map((one) => textAt(one["VpcId"])).find((id) => id !== undefined);
  const inVpc = (operation: ReadOperation, items: string, id: string): Promise<readonly JsonObject[] | undefined> =>
    keeper.keep(`aws:${operation.slice(4)}`, async () => {
      if (vpc === undefined) return undefined;
      const found = await cloud.all(operation, { Filters: [{ Name: "vpc-id", Values: [vpc] }] }, items);
      return found.toSorted((a, b) => nameOrder(a, b, id));
    });
  const [subnets, securityGroups, vpcs, vpcEndpoints, routeTables, images, volumes, capacityReservations] =
    await Promise.all([
      inVpc("ec2:DescribeSubnets", "Subnets", "SubnetId"),
      inVpc("ec2:DescribeSecurityGroups", "SecurityGroups", "GroupId"),
      inVpc("ec2:DescribeVpcs", "Vpcs", "VpcId"),
      inVpc("ec2:DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId"),
      inVpc("ec2:DescribeRouteTables", "RouteTables", "RouteTableId"),
      keeper.keep("aws:DescribeImages", () => readImages(cloud, request)),
      keeper.keep("aws:DescribeVolumes", () => readVolumes(cloud, request)),
      keeper.keep("aws:DescribeCapacityReservations", () => readReservations(cloud)),
    ]);
  return {
    ...(subnets === undefined ? {} : { subnets }),
    ...(securityGroups === undefined ? {} : { securityGroups }),
    ...(vpcs === undefined ? {} : { vpcs }),
    ...(vpcEndpoints === undefined ? {} : { vpcEndpoints }),
    ...(routeTables === undefined ? {} : { routeTables }),
    ...(images === undefined ? {} : { images }),
    ...(volumes === undefined ? {} : { volumes }),
    ...(capacityReservations === undefined ? {} : { capacityReservations }),
  };
}

async function readImages(cloud: CloudReader, request: NetworkRequest): Promise<readonly JsonObject[]> {
  const ids = new Set([
    ...(request.instances ?? []).flatMap((one) => textAt(one["ImageId"]) ?? []),
    ...(request.launchTemplateVersions ?? []).flatMap(
      (one) => textAt(valueAt(one, "LaunchTemplateData", "ImageId")) ?? [],
    ),
    ...(request.launchConfigurations ?? []).flatMap((one) => textAt(one["ImageId"]) ?? []),
  ]);
  const known = [...ids].filter((id) => id.startsWith("ami-")).toSorted();
  return filtered(cloud, { operation: "ec2:DescribeImages", items: "Images", filter: "image-id", values: known });
}

/** The EBS volumes behind persistent volumes and those the nodes boot from: their zones, sizes and types. */
async function readVolumes(cloud: CloudReader, { objects, instances }: NetworkRequest): Promise<readonly JsonObject[]> {
  const ofPods = (objects.persistentvolumes ?? []).flatMap((one) => {
    const old = one.spec.awsElasticBlockStore?.["volumeID"];
    const handle = one.spec.csi?.driver === "ebs.csi.aws.com" ? one.spec.csi.volumeHandle : textAt(old);
    return /vol-[0-9a-zA-Z]+$/.exec(handle ?? "")?.[0] ?? [];
  });
  const ofNodes = (instances ?? []).flatMap((instance) =>
    objectsAt(instance["BlockDeviceMappings"]).flatMap((mapping) => textAt(valueAt(mapping, "Ebs", "VolumeId")) ?? []),
  );
  const values = Array.from(new Set([...ofPods, ...ofNodes]));
  return filtered(cloud, { operation: "ec2:DescribeVolumes", items: "Volumes", filter: "volume-id", values });
}

function readReservations(cloud: CloudReader): Promise<readonly JsonObject[]> {
  const Filters = [{ Name: "state", Values: ["active", "scheduled", "assessing", "delayed"] }];
  return cloud.all("ec2:DescribeCapacityReservations", { Filters }, "CapacityReservations");
}

async function filtered(
  cloud: CloudReader,
  of: {
    readonly operation: ReadOperation;
    readonly items: string;
    readonly filter: string;
    readonly values: readonly string[];
  },
): Promise<readonly JsonObject[]> {
  const lists = await pooled(4, batches(of.values, 200), (slice) =>
    cloud.all(of.operation, { Filters: [{ Name: of.filter, Values: [...slice] }] }, of.items),
  );
  return lists.flat();
}
