import { filtersAdmit } from "../src/karpenter/aws/ec2-filters.ts";
import type { NodeClassSpec } from "../src/karpenter/aws/node-class.ts";
import { selectStatus } from "../src/karpenter/aws/selection.ts";
import type { DescribeInput, SelectionSource } from "../src/karpenter/aws/selection-source.ts";
import { behaviourOf } from "../src/karpenter/behaviours.ts";
import type { Labels } from "../src/kube/objects.ts";
import type { Case, Verdict } from "./area.ts";
import { canonical, verdict } from "./aws-compare.ts";

const ownAccount = "012345678901";
const nowMs = Date.parse("2026-08-21T12:00:00Z");

interface Account {
  readonly images?: readonly {
    id: string;
    name: string;
    architecture: string;
    created: string;
    deprecationTime?: string;
    owner: string;
    ownerAlias?: string;
    state?: string;
    tags?: Labels;
  }[];
  readonly ssmParameters?: Labels;
  readonly subnets?: readonly { id: string; zone: string; zoneID: string; freeAddresses: number; tags?: Labels }[];
  readonly securityGroups?: readonly { id: string; name: string; tags?: Labels }[];
  readonly capacityReservations?: readonly {
    id: string;
    instanceType: string;
    zone: string;
    reservationType?: string;
    instanceMatchCriteria: string;
    owner: string;
    state?: string;
    interruptible?: boolean;
    ends?: string;
    tags?: Labels;
  }[];
}

interface Line {
  readonly account: Account;
  readonly spec: NodeClassSpec;
  readonly kubernetes: string;
  readonly stable: boolean;
  readonly expect: {
    readonly status: Readonly<Record<string, readonly unknown[]>>;
    readonly conditions: Readonly<Record<string, readonly string[]>>;
    readonly calls: readonly unknown[] | null;
    readonly parameters: readonly string[] | null;
    readonly amisError?: string;
  };
}

/** What the NodeClass controllers write, and the calls they make for it. */
export function checkSelection(item: Case): Verdict {
  const line = item.line as unknown as Line;
  const calls: unknown[] = [];
  const asked: string[] = [];
  const source = recordedSource(line.account, calls, asked);
  const selection = selectStatus(line.spec, source, {
    kubernetesVersion: line.kubernetes,
    nowMs,
    behaviour: behaviourOf(item.release),
  });
  const known = Object.keys(selection.conditions);
  const status = Object.fromEntries(
    Object.entries(selection.status).map(([name, list]) => [
      name,
      line.stable ? (list as unknown) : (list as readonly unknown[]).map((one) => canonical(one)).toSorted(),
    ]),
  );
  const expected = line.stable
    ? line.expect.status
    : Object.fromEntries(
        Object.entries(line.expect.status).map(([name, list]) => [name, list.map((one) => canonical(one)).toSorted()]),
      );
  return verdict(
    {
      status,
      conditions: Object.fromEntries(
        known.map((name) => {
          const { status: is, reason, message } = selection.conditions[name] ?? { status: "", reason: "", message: "" };
          return [name, [is, reason, message]];
        }),
      ),
      calls: calls.map(canonical).toSorted(),
      parameters: asked.toSorted(),
      error: selection.imagesError,
    },
    {
      status: expected,
      conditions: Object.fromEntries(known.map((name) => [name, line.expect.conditions[name]])),
      calls: (line.expect.calls ?? []).map(canonical).toSorted(),
      parameters: line.expect.parameters ?? [],
      error: line.expect.amisError,
    },
  );
}

/** EC2 and SSM as the oracle's account answers, with a note of every call. */
function recordedSource(account: Account, calls: unknown[], asked: string[]): SelectionSource {
  const note = (call: string, input: DescribeInput): void => {
    const Filters = input.Filters.map((filter) => ({ ...filter, Values: filter.Values.toSorted() })).toSorted((a, b) =>
      canonical(a) < canonical(b) ? -1 : 1,
    );
    calls.push({ call, input: { ...input, Filters } });
  };
  return {
    parameter: (name) => {
      asked.push(name);
      return account.ssmParameters?.[name];
    },
    images: (input) => {
      note("DescribeImages", input);
      return (account.images ?? [])
        .filter((one) => {
          const owners = input.Owners ?? [];
          const isOwned =
            owners.length === 0 ||
            owners.some(
              (owner) =>
                owner === one.owner ||
                (one.ownerAlias !== undefined && owner === one.ownerAlias) ||
                (owner === "self" && one.owner === ownAccount),
            );
          const attributes = { "image-id": one.id, name: one.name, state: one.state ?? "available" };
          return isOwned && filtersAdmit(input.Filters, attributes, one.tags ?? {});
        })
        .map((one) => ({
          ImageId: one.id,
          Name: one.name,
          Architecture: one.architecture,
          CreationDate: one.created,
          ...(one.deprecationTime === undefined ? {} : { DeprecationTime: one.deprecationTime }),
        }));
    },
    subnets: (input) => {
      note("DescribeSubnets", input);
      return (account.subnets ?? [])
        .filter((one) => filtersAdmit(input.Filters, { "subnet-id": one.id }, one.tags ?? {}))
        .map((one) => ({
          SubnetId: one.id,
          AvailabilityZone: one.zone,
          AvailabilityZoneId: one.zoneID,
          AvailableIpAddressCount: one.freeAddresses,
        }));
    },
    securityGroups: (input) => {
      note("DescribeSecurityGroups", input);
      return (account.securityGroups ?? [])
        .filter((one) => filtersAdmit(input.Filters, { "group-id": one.id, "group-name": one.name }, one.tags ?? {}))
        .map((one) => ({ GroupId: one.id, GroupName: one.name }));
    },
    reservations: (input) => {
      note("DescribeCapacityReservations", input);
      return (account.capacityReservations ?? [])
        .filter((one) => {
          const ids = input.CapacityReservationIds ?? [];
          const attributes = {
            state: one.state ?? "active",
            "owner-id": one.owner,
            "instance-match-criteria": one.instanceMatchCriteria,
          };
          return (ids.length === 0 || ids.includes(one.id)) && filtersAdmit(input.Filters, attributes, one.tags ?? {});
        })
        .map((one) => ({
          CapacityReservationId: one.id,
          InstanceType: one.instanceType,
          AvailabilityZone: one.zone,
          InstanceMatchCriteria: one.instanceMatchCriteria,
          OwnerId: one.owner,
          ...(one.reservationType === undefined ? {} : { ReservationType: one.reservationType }),
          ...(one.interruptible === undefined ? {} : { Interruptible: one.interruptible }),
          ...(one.ends === undefined ? {} : { EndDate: one.ends }),
        }));
    },
  };
}
