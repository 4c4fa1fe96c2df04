import type { DescribeInput, SelectionSource } from "../../../karpenter/aws/selection-source.ts";
import { object, objects } from "../../account/account.ts";
import type { JsonObject } from "../../../kube/objects.ts";
import { str } from "../../store/objects.ts";
import type { KarpenterHere } from "./here.ts";

/** The account as the provider's selectors ask it: every answer is one of EC2's or SSM's describe calls. */
export function accountSource(here: KarpenterHere): SelectionSource {
  const list = (operation: string, input: DescribeInput, items: string): readonly JsonObject[] =>
    objects(here.call(operation, jsonOf(input))[items]);
  return {
    parameter: (name) => {
      const found = here.account.table("ssm.parameters")[name];
      if (found === undefined) return undefined;
      return str(object(here.call("ssm:GetParameter", { Name: name })["Parameter"])["Value"]);
    },
    images: (input) =>
      list("ec2:DescribeImages", input, "Images").map((row) => ({
        ImageId: str(row["ImageId"]),
        Name: str(row["Name"]),
        Architecture: str(row["Architecture"]),
        ...optional(row, "CreationDate"),
        ...optional(row, "DeprecationTime"),
      })),
    subnets: (input) =>
      list("ec2:DescribeSubnets", input, "Subnets").map((row) => ({
        SubnetId: str(row["SubnetId"]),
        AvailabilityZone: str(row["AvailabilityZone"]),
        AvailabilityZoneId: str(row["AvailabilityZoneId"]),
        AvailableIpAddressCount: Number(row["AvailableIpAddressCount"]),
      })),
    securityGroups: (input) =>
      list("ec2:DescribeSecurityGroups", input, "SecurityGroups").map((row) => ({
        GroupId: str(row["GroupId"]),
        GroupName: str(row["GroupName"]),
      })),
    reservations: (input) =>
      list("ec2:DescribeCapacityReservations", input, "CapacityReservations").map((row) => ({
        CapacityReservationId: str(row["CapacityReservationId"]),
        InstanceType: str(row["InstanceType"]),
        AvailabilityZone: str(row["AvailabilityZone"]),
        InstanceMatchCriteria: str(row["InstanceMatchCriteria"]),
        OwnerId: str(row["OwnerId"]),
        ...optional(row, "ReservationType"),
        ...optional(row, "EndDate"),
        Interruptible: row["Interruptible"] === true,
      })),
  };
}

function jsonOf(input: DescribeInput): JsonObject {
  const { Filters, Owners, CapacityReservationIds } = input;
  return {
    Filters: Filters.map(({ Name, Values }) => ({ Name, Values: [...Values] })),
    ...(Owners === undefined ? {} : { Owners: [...Owners] }),
    ...(CapacityReservationIds === undefined ? {} : { CapacityReservationIds: [...CapacityReservationIds] }),
  };
}

function optional<K extends string>(row: JsonObject, key: K): Partial<Record<K, string>> {
  const value = row[key];
  const none: Partial<Record<K, string>> = {};
  return typeof value === "string" ? { ...none, [key]: value } : none;
}
