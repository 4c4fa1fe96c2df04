import { valueAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, mergeTags, objects, type Operations, tagOf, text, texts } from "./account.ts";
import { awsError } from "./errors.ts";
import { stateOf, terminateInstance } from "./instances.ts";
import { type AwsTable, type Row, shown } from "./state.ts";
import { fitsGlob } from "../../kube/text.ts";

/** Reading of the network, images and instances; tags; the end of instances. */
export function ec2Operations(aws: AwsAccount): Operations {
  const describe =
    (table: AwsTable, list: string, ids: string, id: string) =>
    (input: JsonObject): JsonObject => {
      const wanted = texts(input[ids]);
      const unknown = wanted.find((one) => aws.table(table)[one] === undefined);
      if (unknown !== undefined) throw awsError(`Invalid${id}.NotFound`, `The ${id} '${unknown}' does not exist`);
      const rows = aws.rows(table).filter((row) => wanted.length === 0 || wanted.includes(str(row[id])));
      return {
        [list]: rows.filter((row) => objects(input["Filters"]).every((filter) => matches(row, filter))).map(shown),
      };
    };
  return {
    DescribeVpcs: describe("ec2.vpcs", "Vpcs", "VpcIds", "VpcId"),
    DescribeSubnets: describe("ec2.subnets", "Subnets", "SubnetIds", "SubnetId"),
    DescribeSecurityGroups: describe("ec2.securityGroups", "SecurityGroups", "GroupIds", "GroupId"),
    DescribeImages: describe("ec2.images", "Images", "ImageIds", "ImageId"),
    DescribeRouteTables: describe("ec2.routeTables", "RouteTables", "RouteTableIds", "RouteTableId"),
    DescribeVpcEndpoints: describe("ec2.vpcEndpoints", "VpcEndpoints", "VpcEndpointIds", "VpcEndpointId"),
    DescribeVolumes: describe("ec2.volumes", "Volumes", "VolumeIds", "VolumeId"),
    DescribeCapacityReservations: describe(
      "ec2.capacityReservations",
      "CapacityReservations",
      "CapacityReservationIds",
      "CapacityReservationId",
    ),
    DescribeInstances: (input) => {
      const found = describe("ec2.instances", "Instances", "InstanceIds", "InstanceId")(input);
      const instances = objects(found["Instances"]);
      return {
        Reservations: instances.map((one) => ({
          ReservationId: `r-${str(one["InstanceId"]).slice(2)}`,
          OwnerId: aws.accountId,
          Instances: [one],
        })),
      };
    },
    DescribeAvailabilityZones: () => ({ AvailabilityZones: zonesOf(aws) }),
    DescribeLaunchTemplates: (input) => ({ LaunchTemplates: templates(aws, input).map(shown) }),
    DescribeLaunchTemplateVersions: (input) => ({ LaunchTemplateVersions: templateVersions(aws, input) }),
    DescribeTags: () => ({ Tags: allTags(aws) }),
    CreateTags: (input) => retag(aws, input, (row) => mergeTags(row["Tags"], input["Tags"])),
    DeleteTags: (input) => retag(aws, input, (row) => withoutTags(row, objects(input["Tags"]))),
    TerminateInstances: (input) => {
      const ids = texts(input["InstanceIds"]);
      for (const id of ids) terminateInstance(aws, id);
      return {
        TerminatingInstances: ids.map((id) => ({ InstanceId: id, CurrentState: { Code: 32, Name: "shutting-down" } })),
      };
    },
    DescribeNetworkInterfaces: () => ({ NetworkInterfaces: [] }),
    DescribePlacementGroups: () => ({ PlacementGroups: [] }),
    DescribeSpotPriceHistory: () => ({ SpotPriceHistory: [] }),
  };
}

// Fields whose filter name is not their own name written with dashes.
const fields: Readonly<Record<string, string>> = {
  "instance-state-name": "State.Name",
  "availability-zone": "AvailabilityZone",
  "availability-zone-id": "AvailabilityZoneId",
  "iam-instance-profile.arn": "IamInstanceProfile.Arn",
  "private-dns-name": "PrivateDnsName",
  "private-ip-address": "PrivateIpAddress",
  "owner-id": "OwnerId",
  "is-public": "Public",
};

function matches(row: Row, filter: JsonObject): boolean {
  const [name, values] = [str(filter["Name"]), texts(filter["Values"])];
  if (name.startsWith("tag:")) return likeAny(tagOf(row, name.slice(4)), values);
  if (name === "tag-key") return objects(row["Tags"]).some((tag) => likeAny(str(tag["Key"]), values));
  if (name === "instance-state-name") return likeAny(stateOf(row), values);
  if (name === "association.subnet-id")
    return objects(row["Associations"]).some((one) => values.includes(str(one["SubnetId"])));
  const path =
    fields[name] ??
    name
      .split("-")
      .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
      .join("");
  const found = valueAt(row, ...path.split(".")) ?? valueAt(row, ...`Placement.${path}`.split("."));
  return likeAny(found === undefined ? undefined : str(found), values);
}

// A star in a filter value stands for anything, as in EC2.
function likeAny(value: string | undefined, patterns: readonly string[]): boolean {
  if (value === undefined) return false;
  return patterns.some((pattern) => fitsGlob(pattern, value));
}

function templates(aws: AwsAccount, input: JsonObject): readonly Row[] {
  const [ids, names] = [texts(input["LaunchTemplateIds"]), texts(input["LaunchTemplateNames"])];
  const rows = aws.rows("ec2.launchTemplates");
  if (ids.length === 0 && names.length === 0) return rows;
  return rows.filter(
    (row) => ids.includes(str(row["LaunchTemplateId"])) || names.includes(str(row["LaunchTemplateName"])),
  );
}

function templateVersions(aws: AwsAccount, input: JsonObject): readonly Json[] {
  const [id, name] = [input["LaunchTemplateId"], input["LaunchTemplateName"]];
  const template = aws
    .rows("ec2.launchTemplates")
    .find((row) => row["LaunchTemplateId"] === id || (name !== undefined && row["LaunchTemplateName"] === name));
  if (template === undefined)
    throw awsError(
      "InvalidLaunchTemplateId.NotFound",
      `The specified launch template, with template ID ${str(id ?? name)}, does not exist.`,
    );
  const versions = objects(template["_versions"]);
  const wanted = texts(input["Versions"]);
  const meant = (version: JsonObject): boolean => {
    const number = str(version["VersionNumber"]);
    return wanted.some(
      (one) =>
        one === number ||
        (one === "$Latest" && version === versions.at(-1)) ||
        (one === "$Default" && version["DefaultVersion"] === true),
    );
  };
  return versions.filter((version) => wanted.length === 0 || meant(version));
}

const taggable: readonly AwsTable[] = [
  "ec2.instances",
  "ec2.subnets",
  "ec2.securityGroups",
  "ec2.launchTemplates",
  "ec2.vpcs",
  "ec2.volumes",
  "ec2.images",
  "ec2.routeTables",
];

function retag(aws: AwsAccount, input: JsonObject, change: (row: Row) => readonly JsonObject[]): JsonObject {
  text({ Resources: texts(input["Resources"])[0] }, "Resources");
  for (const id of texts(input["Resources"])) {
    const row = taggable.map((table) => aws.table(table)[id]).find((one) => one !== undefined);
    if (row === undefined) throw awsError("InvalidID", `The ID '${id}' is not valid`);
    row["Tags"] = change(row);
  }
  return {};
}

// A tag given without a value goes whatever its value; with one, only when that is the value.
function withoutTags(row: Row, gone: readonly JsonObject[]): readonly JsonObject[] {
  return objects(row["Tags"]).filter(
    (tag) =>
      !gone.some((one) => one["Key"] === tag["Key"] && (one["Value"] === undefined || one["Value"] === tag["Value"])),
  );
}

function allTags(aws: AwsAccount): readonly JsonObject[] {
  return taggable.flatMap((table) =>
    Object.entries(aws.table(table)).flatMap(([id, row]) =>
      objects(row["Tags"]).map((tag) => ({ ...tag, ResourceId: id })),
    ),
  );
}

function zonesOf(aws: AwsAccount): readonly JsonObject[] {
  const byName = new Map(
    aws.rows("ec2.subnets").map((row) => [str(row["AvailabilityZone"]), str(row["AvailabilityZoneId"])]),
  );
  return [...byName].map(([ZoneName, ZoneId]) => ({
    ZoneName,
    ZoneId,
    State: "available",
    RegionName: aws.region,
    ZoneType: "availability-zone",
  }));
}
