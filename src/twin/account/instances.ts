import type { JsonObject } from "../../kube/objects.ts";
import { type AwsAccount, objects } from "./account.ts";
import { type BootData, isBootData, noBootData } from "./boot-data.ts";
import { awsError } from "./errors.ts";
import type { Row } from "./state.ts";
import { str } from "../store/objects.ts";

/** What is needed to start one instance. */
export interface Launch {
  readonly instanceType: string;
  readonly architecture: string;
  readonly subnetId: string;
  readonly imageId: string;
  readonly securityGroupIds: readonly string[];
  readonly instanceProfileArn: string;
  readonly capacityType: string;
  readonly tags: readonly JsonObject[];
  readonly diskGiB: number;
  /** What the user data tells the node. */
  readonly boot: BootData;
}

/** Starts an instance: `pending` now, `running` in seconds, and its node joins when it has booted. */
export function launchInstance(aws: AwsAccount, launch: Launch): Row {
  const subnet = aws.table("ec2.subnets")[launch.subnetId];
  if (subnet === undefined)
    throw awsError("InvalidSubnetID.NotFound", `The subnet ID '${launch.subnetId}' does not exist`);
  const zone = str(subnet["AvailabilityZone"]);
  if (!aws.hasCapacity({ instanceType: launch.instanceType, zone, capacityType: launch.capacityType })) {
    throw awsError(
      "InsufficientInstanceCapacity",
      `We currently do not have sufficient ${launch.instanceType} capacity in the Availability Zone you requested (${zone}).`,
    );
  }
  const free = Number(subnet["AvailableIpAddressCount"]);
  if (free < 1)
    throw awsError(
      "InsufficientFreeAddressesInSubnet",
      `The specified subnet does not have enough free addresses to satisfy the request.`,
    );
  subnet["AvailableIpAddressCount"] = free - 1;
  const id = aws.id("i");
  const address = nextAddress(aws, subnet);
  const instance: Row = {
    InstanceId: id,
    ImageId: launch.imageId,
    InstanceType: launch.instanceType,
    Architecture: launch.architecture,
    State: { Code: 0, Name: "pending" },
    LaunchTime: aws.now(),
    PrivateIpAddress: address,
    PrivateDnsName: `ip-${address.replaceAll(".", "-")}.ec2.internal`,
    SubnetId: launch.subnetId,
    VpcId: subnet["VpcId"],
    Placement: { AvailabilityZone: zone, Tenancy: "default" },
    SecurityGroups: launch.securityGroupIds.map((GroupId) => ({
      GroupId,
      GroupName: aws.table("ec2.securityGroups")[GroupId]?.["GroupName"],
    })),
    IamInstanceProfile: { Arn: launch.instanceProfileArn, Id: `AIPA${aws.random.hex(16).toUpperCase()}` },
    BlockDeviceMappings: [
      { DeviceName: "/dev/xvda", Ebs: { VolumeId: aws.id("vol"), Status: "attached", DeleteOnTermination: true } },
    ],
    MetadataOptions: { State: "applied", HttpTokens: "required", HttpPutResponseHopLimit: 2, HttpEndpoint: "enabled" },
    InstanceLifecycle: launch.capacityType === "spot" ? "spot" : undefined,
    Tags: launch.tags,
    _boot: bootRow(launch.boot),
    _diskGiB: launch.diskGiB,
  };
  aws.table("ec2.instances")[id] = instance;
  aws.changed("ec2.instances", id);
  return instance;
}

// The same facts as plain JSON, as a row keeps them.
function bootRow({ family, labels, taints, kubelet, hasRaid }: BootData): JsonObject {
  return { family, labels, taints: taints.map((taint) => ({ ...taint })), kubelet: { ...kubelet }, hasRaid };
}

/** What an instance's user data told its node. */
export function bootOf(instance: Row): BootData {
  const boot = instance["_boot"];
  return isBootData(boot) ? boot : noBootData;
}

/** Begins the end of an instance. One that is ending already is left to it. */
export function terminateInstance(aws: AwsAccount, id: string): void {
  const instance = aws.table("ec2.instances")[id];
  if (instance === undefined) throw awsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  if (stateOf(instance) === "shutting-down" || stateOf(instance) === "terminated") return;
  instance["State"] = { Code: 32, Name: "shutting-down" };
  instance["StateTransitionReason"] = `User initiated (${aws.now()})`;
  aws.changed("ec2.instances", id);
}

/** EC2's name of an instance's state. */
export function stateOf(instance: Row): string {
  const state = instance["State"];
  return typeof state === "object" && state !== null && "Name" in state ? str(state["Name"]) : "unknown";
}

/** The instance answers the network and its system manager boots. */
export function setRunning(aws: AwsAccount, id: string): void {
  const instance = aws.table("ec2.instances")[id];
  if (instance === undefined || stateOf(instance) !== "pending") return;
  instance["State"] = { Code: 16, Name: "running" };
  aws.changed("ec2.instances", id);
}

/** The instance is gone; its address returns to the subnet. EC2 shows it as terminated for a while: here until the end. */
export function setTerminated(aws: AwsAccount, id: string): void {
  const instance = aws.table("ec2.instances")[id];
  if (instance === undefined || stateOf(instance) === "terminated") return;
  instance["State"] = { Code: 48, Name: "terminated" };
  aws.changed("ec2.instances", id);
  const subnet = aws.table("ec2.subnets")[str(instance["SubnetId"])];
  if (subnet !== undefined) subnet["AvailableIpAddressCount"] = Number(subnet["AvailableIpAddressCount"]) + 1;
}

function nextAddress(aws: AwsAccount, subnet: Row): string {
  const [a = "10", b = "0", c = "0", d = "0", length = "20"] = str(subnet["CidrBlock"]).split(/[./]/);
  // From the fourth address on: AWS keeps the first ones of a subnet and its last.
  const size = 2 ** (32 - Number(length));
  const [blocks, last] = size > 256 ? [size / 256 - 1, 250] : [0, size - 2];
  const used = new Set(aws.rows("ec2.instances").map((instance) => instance["PrivateIpAddress"]));
  for (let i = 0; i < 10_000; i++) {
    const address = `${a}.${b}.${Number(c) + aws.random.integer(0, blocks)}.${Number(d) + aws.random.integer(4, last)}`;
    if (!used.has(address)) return address;
  }
  throw awsError("InsufficientFreeAddressesInSubnet", "no address left that no instance had");
}

/** The ids in an Auto Scaling group that count for its capacity. */
export function memberIds(group: Row): readonly string[] {
  return objects(group["Instances"])
    .filter((member) => /^(InService|Pending)/.test(str(member["LifecycleState"])))
    .map((member) => str(member["InstanceId"]));
}
