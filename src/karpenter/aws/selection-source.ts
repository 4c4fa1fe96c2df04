import type { Ec2Filter } from "./ec2-filters.ts";

/** Input of a describe call, as Karpenter writes it. */
export interface DescribeInput {
  readonly Filters: readonly Ec2Filter[];
  readonly Owners?: readonly string[];
  readonly CapacityReservationIds?: readonly string[];
  readonly IncludeDeprecated?: boolean;
  readonly MaxResults?: number;
}

/** An image as DescribeImages answers it, as far as it is read. */
export interface Ec2Image {
  readonly ImageId: string;
  readonly Name: string;
  readonly Architecture: string;
  readonly CreationDate?: string;
  readonly DeprecationTime?: string;
}

/** A subnet as DescribeSubnets answers it. */
export interface Ec2Subnet {
  readonly SubnetId: string;
  readonly AvailabilityZone: string;
  readonly AvailabilityZoneId: string;
  readonly AvailableIpAddressCount: number;
}

/** A security group as DescribeSecurityGroups answers it. */
export interface Ec2SecurityGroup {
  readonly GroupId: string;
  readonly GroupName: string;
}

/** A reservation as DescribeCapacityReservations answers it. */
export interface Ec2Reservation {
  readonly CapacityReservationId: string;
  readonly InstanceType: string;
  readonly AvailabilityZone: string;
  readonly ReservationType?: string;
  readonly InstanceMatchCriteria: string;
  readonly OwnerId: string;
  readonly Interruptible?: boolean;
  readonly EndDate?: string;
}

/** The account that a NodeClass selects from: answers at once, from what was read or recorded. */
export interface SelectionSource {
  /** Value of an SSM parameter; undefined when there is none. */
  parameter(name: string): string | undefined;
  images(input: DescribeInput): readonly Ec2Image[];
  subnets(input: DescribeInput): readonly Ec2Subnet[];
  securityGroups(input: DescribeInput): readonly Ec2SecurityGroup[];
  reservations(input: DescribeInput): readonly Ec2Reservation[];
}
