import type { FleetAnswer, FleetError, FleetOverride, FleetRequest } from "../src/karpenter/aws/fleet-request.ts";
import { filterChain } from "../src/karpenter/aws/launch-filters.ts";
import { truncate } from "../src/karpenter/aws/launch-truncate.ts";
import { type LaunchClaim, type LaunchContext, type LaunchOutcome, launch } from "../src/karpenter/aws/launch.ts";
import { minValuesText } from "../src/karpenter/aws/launch-failure.ts";
import { cheapestOffer } from "../src/karpenter/aws/launch-choice.ts";
import { launchedClaim } from "../src/karpenter/aws/launched.ts";
import { listInstanceTypes, type ProviderWorld } from "../src/karpenter/aws/instance-types.ts";
import { type LaunchTemplate, launchTemplateData } from "../src/karpenter/aws/launch-template.ts";
import type { LaunchState } from "../src/karpenter/aws/launch-state.ts";
import { launchTypes } from "../src/karpenter/aws/launch-type.ts";

import { userDataOf } from "../src/karpenter/aws/user-data/user-data.ts";
import type { NodeClaim } from "../src/karpenter/api.ts";
import { nothingUnavailable } from "../src/karpenter/aws/unavailable.ts";
import type { ProviderBehaviour } from "../src/karpenter/behaviour.ts";
import { awsLabels } from "../src/karpenter/labels.ts";
import { fromSpecs } from "../src/karpenter/requirements.ts";
import type { Labels } from "../src/kube/objects.ts";
import { parseResources } from "../src/kube/resource-list.ts";
import type { Case, Verdict } from "./area.ts";
import { amounts, canonical, verdict } from "./aws-compare.ts";
import { codecs, recordedCluster } from "./aws-userdata.ts";
import { providerWorld, type RecordedWorld } from "./aws-world.ts";

interface Line {
  readonly world: RecordedWorld;
  readonly staticPrices: Labels;
  readonly claims: readonly NodeClaim[];
  readonly stable: boolean;
  readonly expect: readonly unknown[];
}

/** NodeClaims launched one after the other against one world. */
export function checkLaunch(item: Case): Verdict {
  const line = item.line as unknown as Line;
  const world = providerWorld(line.world, line.staticPrices, item.release);
  const state: LaunchState = {
    addresses: { cached: new Map(Object.entries(line.world.subnetIPs ?? {})), inFlight: new Map() },
    unavailable: world.unavailable ?? nothingUnavailable,
    reservationCounts: world.reservationCounts ?? new Map(),
  };
  const seen = new Set<string>();
  const fleet = scriptedFleet(line.world);
  const got = line.claims.map((claim) => launchOnce({ line, world, state, seen, fleet, claim: claimOf(claim) }));
  const partitions = line.claims.flatMap(
    (claim) => claim.spec.requirements?.find((one) => one.key.endsWith("placement-group-partition"))?.values ?? [],
  );
  const shape = (value: unknown): unknown => (line.stable ? normal(value) : unordered(normal(value), partitions));
  return verdict(shape(got), shape(line.expect));
}

function claimOf(claim: NodeClaim): LaunchClaim {
  const requests = parseResources(claim.spec.resources?.requests);
  return {
    labels: claim.metadata.labels ?? {},
    annotations: claim.metadata.annotations ?? {},
    requirements: claim.spec.requirements ?? [],
    requests: requests.ok ? requests.value : new Map(),
    taints: claim.spec.taints ?? [],
    startupTaints: claim.spec.startupTaints ?? [],
  };
}

interface Step {
  readonly line: Line;
  readonly world: ProviderWorld;
  readonly state: LaunchState;
  /** Templates that exist already: they are not made again. */
  readonly seen: Set<string>;
  readonly fleet: (request: FleetRequest) => FleetAnswer;
  readonly claim: LaunchClaim;
}

function launchOnce({ line, world, state, seen, fleet, claim }: Step): unknown {
  const ready = readinessOf(line.world.ready, world.behaviour);
  const context: LaunchContext = {
    world,
    cluster: recordedCluster(line.world.clusterDNS),
    fleet,
    ...(ready === undefined ? {} : { ready }),
  };
  const before = available({ ...world, ...known(state) });
  const filters = filtersOf({ ...world, ...known(state) }, claim);
  const outcome = launch(claim, context, state);
  const after = available({ ...world, ...known(state) });
  const gone = before.filter((row) => !after.some((other) => canonical(other) === canonical(row)));
  const launched = launchedClaim(outcome, claim, context);
  const templates = Array.from(outcome.templates).filter(([name]) => !seen.has(name));
  for (const [name] of templates) seen.add(name);
  return {
    ...(filters === undefined ? {} : { filters }),
    ...(outcome.request === undefined ? {} : { fleet: fleetRow(outcome) }),
    ...(templates.length === 0
      ? {}
      : { templates: Object.fromEntries(templates.map(([name, one]) => [name, templateRow(one, claim)])) }),
    ...(launched === undefined
      ? {}
      : { launched: { ...launched, providerID: launched.providerId, imageID: launched.imageId } }),
    ...(outcome.failure === undefined
      ? {}
      : {
          error: {
            class: outcome.failure.class,
            text: outcome.failure.text,
            ...(outcome.failure.reason === undefined ? {} : { reason: outcome.failure.reason }),
          },
        }),
    ...(gone.length === 0 ? {} : { gone }),
  };
}

function readinessOf(state: string | undefined, { nodeClassFields }: ProviderBehaviour): LaunchContext["ready"] {
  switch (state) {
    case "False":
      return { status: "False", message: "SubnetsReady=False", isCurrent: true };
    case "Unknown": {
      const kinds = ["AMIs", "Subnets", "SecurityGroups", "InstanceProfile"].map((kind) => `${kind}Ready=Unknown`);
      const group = nodeClassFields.includes("placementGroupSelector") ? ["PlacementGroupReady=Unknown"] : [];
      const message = [...kinds, "ValidationSucceeded=Unknown", ...group].join(", ");
      return { status: "Unknown", message, isCurrent: true };
    }
    case "stale":
      return { status: "True", message: "", isCurrent: false };
    default:
      return undefined;
  }
}

function known(state: LaunchState): Pick<ProviderWorld, "unavailable" | "reservationCounts"> {
  return { unavailable: state.unavailable, reservationCounts: state.reservationCounts };
}

/** EC2 as the oracle plays it: refusals first, else the cheapest override. */
function scriptedFleet(world: RecordedWorld): (request: FleetRequest) => FleetAnswer {
  let launched = 0;
  return (request) => {
    const errors: FleetError[] = [];
    const open: FleetOverride[] = [];
    for (const override of request.templates.flatMap((template) => template.overrides)) {
      const refusal = (world.refusals ?? []).find(
        (one) =>
          (one.type === undefined || one.type === override.type) &&
          (one.zone === undefined || one.zone === override.zone) &&
          (one.subnet === undefined || one.subnet === override.subnet),
      );
      if (refusal === undefined) open.push(override);
      else errors.push({ override, code: refusal.code, message: refusal.text ?? "" });
    }
    const best = cheapestOffer(open);
    if (best === undefined) return { errors };
    launched += 1;
    return { errors, launched: { override: best, instanceId: `i-${String(launched).padStart(17, "0")}` } };
  };
}

function filtersOf(world: ProviderWorld, claim: LaunchClaim): unknown {
  const list = listInstanceTypes(world);
  if (!list.ok) return undefined;
  const requirements = fromSpecs(claim.requirements, awsLabels);
  const { behaviour } = world;
  const steps = filterChain(launchTypes(list.value), { requirements, requests: claim.requests, behaviour });
  const dropped = Object.fromEntries(
    steps.filter((step) => step.dropped.length > 0).map((step) => [step.filter, step.dropped.toSorted()]),
  );
  const last = steps.at(-1);
  if (last === undefined || last.kept.length === 0) return { dropped, emptyAfter: last?.filter };
  const cut = truncate(last.kept, requirements, world.settings?.minValuesPolicy ?? "Strict");
  if (!cut.ok) return { dropped, truncateError: minValuesText(cut.labels) };
  return { dropped, truncated: cut.types.map((type) => type.name) };
}

function available(world: ProviderWorld): readonly (readonly string[])[] {
  const list = listInstanceTypes(world);
  if (!list.ok) return [];
  return launchTypes(list.value).flatMap((type) =>
    type.offerings
      .filter((one) => one.available)
      .map((one) => [type.name, one.zone, one.capacityType, one.reservationId]),
  );
}

function fleetRow(outcome: LaunchOutcome): unknown {
  const { request, choice } = outcome;
  if (request === undefined) return undefined;
  const order = (choice?.types ?? []).map((type) => type.name);
  const rows = request.templates.map((template) => ({
    rank: order.indexOf(template.overrides[0]?.type ?? ""),
    row: {
      template: template.name,
      version: "$Latest",
      image: template.image,
      overrides: template.overrides.map((one) => [one.type, one.zone, one.subnet, one.price]),
    },
  }));
  const images = request.templates.map((template) => template.image);
  return {
    type: "instant",
    target: { DefaultTargetCapacityType: request.targetCapacityType, TotalTargetCapacity: 1 },
    templates: rows
      .toSorted(
        (a, b) =>
          images.indexOf(a.row.image) - images.indexOf(b.row.image) ||
          a.rank - b.rank ||
          (a.row.template < b.row.template ? -1 : 1),
      )
      .map(({ row }) => row),
    tags: { instance: request.tags, volume: request.tags, fleet: request.tags },
    ...(request.context === undefined ? {} : { context: request.context }),
    ...request.options,
  };
}

function templateRow(template: LaunchTemplate, claim: LaunchClaim): unknown {
  const made = userDataOf(
    {
      behaviour: template.behaviour,
      spec: template.spec,
      images: template.status.amis ?? [],
      cluster: template.cluster,
      labels: claim.labels,
      taints: claim.taints,
      startupTaints: claim.startupTaints,
      capacityType: template.capacityType,
      maxPods: template.bootstrap.kubelet.maxPods ?? 0,
    },
    codecs,
  );
  const { tags } = template;
  return {
    data: launchTemplateData(template),
    userData: made.ok ? made.text : made.reason,
    tags: {
      "network-interface": tags,
      ...(template.capacityType === "spot" ? { "spot-instances-request": tags } : {}),
    },
    ownTags: { "launch-template": tags },
  };
}

/** Both sides in one form: quantities by value, prices as numbers. */
function normal(value: unknown): unknown {
  return (value as readonly Record<string, unknown>[]).map((one) => {
    const launched = one["launched"] as Record<string, unknown> | undefined;
    const fleet = one["fleet"] as { templates: readonly { overrides: readonly (readonly unknown[])[] }[] } | undefined;
    return {
      ...one,
      ...(launched === undefined
        ? {}
        : {
            launched: {
              providerID: launched["providerID"],
              imageID: launched["imageID"],
              labels: launched["labels"],
              annotations: launched["annotations"],
              capacity: amounts(launched["capacity"] as Labels),
              allocatable: amounts(launched["allocatable"] as Labels),
            },
          }),
      ...(fleet === undefined
        ? {}
        : {
            fleet: {
              ...fleet,
              templates: fleet.templates.map((template) => ({
                ...template,
                overrides: template.overrides.map((row) => [...row.slice(0, 3), Number(row[3])]),
              })),
            },
          }),
    };
  });
}

/** For cases in which the real program disagrees with itself: lists as sets, the drawn partition as any of those allowed. */
function unordered(value: unknown, partitions: readonly string[]): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, one: unknown) => {
      if (key === "truncated" || key === "overrides" || key === "gone") {
        return Array.isArray(one) ? one.map(canonical).toSorted() : one;
      }
      if (key === "text" && typeof one === "string") {
        return one.replace(/[A-Za-z.]+: [^;(]*(?:; [A-Za-z.]+: [^;(]*)+/, (codes) =>
          codes
            .split(/; ?/)
            .map((code) => code.trim())
            .toSorted()
            .join("; "),
        );
      }
      if (key.endsWith("placement-group-partition") && typeof one === "string" && partitions.includes(one))
        return "any";
      return one;
    }),
  ) as unknown;
}
