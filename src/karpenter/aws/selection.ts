import type { ProviderBehaviour } from "../behaviour.ts";
import { type Ec2Filter, tagFilters } from "./ec2-filters.ts";
import type { NodeClassSpec, NodeClassStatus, ReservationStatus, ReservationTerm, SelectorTerm } from "./node-class.ts";
import { type ImageContext, selectImages } from "./select-images.ts";
import type { DescribeInput, Ec2Reservation, SelectionSource } from "./selection-source.ts";

/** One condition as the NodeClass's controller writes it. */
export interface SelectionCondition {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** What the selectors of a NodeClass found. */
export interface Selection {
  readonly status: NodeClassStatus;
  readonly conditions: Readonly<Record<string, SelectionCondition>>;
  /** Text of the controller's error over images. */
  readonly imagesError?: string;
}

/** What a selection depends on besides the account. */
export interface SelectionContext extends ImageContext {
  readonly behaviour: Pick<ProviderBehaviour, "hasInterruptibleReservations">;
}

/** Resolves the selectors as the NodeClass controller does (karpenter-provider-aws, `pkg/controllers/nodeclass`). */
export function selectStatus(spec: NodeClassSpec, source: SelectionSource, context: SelectionContext): Selection {
  const images = selectImages(spec, source, context);
  const subnets = selectSubnets(spec, source);
  const groups = selectGroups(spec, source);
  const reservations = selectReservations(spec, source, context);
  const noImages = no("AMINotFound", "AMISelector did not match any AMIs");
  return {
    status: {
      ...(images.ok && images.images.length > 0 ? { amis: images.images } : {}),
      ...(subnets.length > 0 ? { subnets } : {}),
      ...(groups.length > 0 ? { securityGroups: groups } : {}),
      ...(reservations.length > 0 ? { capacityReservations: reservations } : {}),
    },
    conditions: {
      AMIsReady: images.ok ? (images.images.length > 0 ? yes("AMIsReady") : noImages) : failed(images),
      SubnetsReady:
        subnets.length > 0 ? yes("SubnetsReady") : no("SubnetsNotFound", "SubnetSelector did not match any Subnets"),
      SecurityGroupsReady:
        groups.length > 0 || (spec.securityGroupSelectorTerms ?? []).length === 0
          ? yes("SecurityGroupsReady")
          : no("SecurityGroupsNotFound", "SecurityGroupSelector did not match any SecurityGroups"),
      CapacityReservationsReady: yes("CapacityReservationsReady"),
    },
    ...(images.ok ? {} : { imagesError: errorOf(images) }),
  };
}

interface Failure {
  readonly reason: string;
  readonly isTerminal: boolean;
}

function errorOf({ reason, isTerminal }: Failure): string {
  return `${isTerminal ? "terminal error: " : ""}getting amis, getting AMI queries, ${reason}`;
}

function failed({ reason, isTerminal }: Failure): SelectionCondition {
  if (isTerminal) return no("UnsupportedAlias", `getting AMI queries, ${reason}`);
  return { status: "Unknown", reason: "AwaitingReconciliation", message: "object is awaiting reconciliation" };
}

function yes(reason: string): SelectionCondition {
  return { status: "True", reason, message: "" };
}

function no(reason: string, message: string): SelectionCondition {
  return { status: "False", reason, message };
}

/** Most free addresses first, then by id. */
function selectSubnets(spec: NodeClassSpec, source: SelectionSource): NonNullable<NodeClassStatus["subnets"]> {
  const rows = filterSets(spec.subnetSelectorTerms ?? [], "subnet-id").flatMap((Filters) =>
    source.subnets({ Filters, MaxResults: 500 }),
  );
  return Array.from(new Map(rows.map((row) => [row.SubnetId, row])).values())
    .toSorted((a, b) => b.AvailableIpAddressCount - a.AvailableIpAddressCount || (a.SubnetId < b.SubnetId ? -1 : 1))
    .map((row) => ({ id: row.SubnetId, zone: row.AvailabilityZone, zoneID: row.AvailabilityZoneId }));
}

function selectGroups(spec: NodeClassSpec, source: SelectionSource): NonNullable<NodeClassStatus["securityGroups"]> {
  const rows = filterSets(spec.securityGroupSelectorTerms ?? [], "group-id", "group-name").flatMap((Filters) =>
    source.securityGroups({ Filters, MaxResults: 500 }),
  );
  return Array.from(new Map(rows.map((row) => [row.GroupId, row])).values())
    .toSorted((a, b) => (a.GroupId < b.GroupId ? -1 : 1))
    .map((row) => ({ id: row.GroupId, name: row.GroupName }));
}

/** One set of filters per term with tags, then one for all ids and one for all names. */
function filterSets(terms: readonly SelectorTerm[], idFilter: string, nameFilter?: string): Ec2Filter[][] {
  const ids: string[] = [];
  const names: string[] = [];
  const sets: Ec2Filter[][] = [];
  for (const term of terms) {
    if ((term.id ?? "") !== "") ids.push(term.id ?? "");
    else if (nameFilter !== undefined && (term.name ?? "") !== "") names.push(term.name ?? "");
    else sets.push(tagFilters(term.tags));
  }
  if (ids.length > 0) sets.push([{ Name: idFilter, Values: ids }]);
  if (nameFilter !== undefined && names.length > 0) sets.push([{ Name: nameFilter, Values: names }]);
  return sets;
}

/** A capacity block is left alone for its last minutes. */
const blockExpiryMs = 40 * 60_000;

function selectReservations(
  spec: NodeClassSpec,
  source: SelectionSource,
  { nowMs, behaviour }: SelectionContext,
): ReservationStatus[] {
  const queries = (spec.capacityReservationSelectorTerms ?? []).flatMap(reservationQueries);
  const rows = queries.flatMap((input) => source.reservations(input));
  const alive = Array.from(new Map(rows.toReversed().map((row) => [row.CapacityReservationId, row])).values()).filter(
    (row) => row.EndDate === undefined || Date.parse(row.EndDate) > nowMs,
  );
  return alive
    .toSorted((a, b) => (a.CapacityReservationId < b.CapacityReservationId ? -1 : 1))
    .filter((row) => row.InstanceMatchCriteria === "open" || row.InstanceMatchCriteria === "targeted")
    .filter((row) => ["", "default", "capacity-block"].includes(row.ReservationType ?? ""))
    .map((row) => ({
      ...reservationStatus(row, nowMs),
      ...(behaviour.hasInterruptibleReservations ? { interruptible: row.Interruptible === true } : {}),
    }));
}

// An owner alone selects nothing.
function reservationQueries(term: ReservationTerm): DescribeInput[] {
  const state = { Name: "state", Values: ["active"] };
  const queries: DescribeInput[] = [];
  if ((term.id ?? "") !== "") queries.push({ Filters: [state], CapacityReservationIds: [term.id ?? ""] });
  const hasTags = Object.keys(term.tags ?? {}).length > 0;
  const criteria = term.instanceMatchCriteria ?? "";
  if (hasTags || criteria !== "") {
    const owner = (term.ownerID ?? "") === "" ? [] : [{ Name: "owner-id", Values: [term.ownerID ?? ""] }];
    const match = criteria === "" ? [] : [{ Name: "instance-match-criteria", Values: [criteria] }];
    queries.push({ Filters: [state, ...owner, ...tagFilters(term.tags), ...match], MaxResults: 1000 });
  }
  return queries;
}

function reservationStatus(row: Ec2Reservation, nowMs: number): ReservationStatus {
  const type = row.ReservationType === undefined || row.ReservationType === "" ? "default" : row.ReservationType;
  const isEnding =
    type === "capacity-block" && row.EndDate !== undefined && nowMs >= Date.parse(row.EndDate) - blockExpiryMs;
  return {
    availabilityZone: row.AvailabilityZone,
    ...(row.EndDate === undefined ? {} : { endTime: row.EndDate }),
    id: row.CapacityReservationId,
    instanceMatchCriteria: row.InstanceMatchCriteria,
    instanceType: row.InstanceType,
    ownerID: row.OwnerId,
    reservationType: type,
    state: isEnding ? "expiring" : "active",
  };
}
