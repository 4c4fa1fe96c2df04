// Mirrors pkg/providers/instance/instance.go of karpenter-provider-aws v1.14.1.
import type { Labels, Taint } from "../../kube/objects.ts";
import type { ResourceList } from "../../kube/resource-list.ts";
import type { ProviderBehaviour } from "../behaviour.ts";
import type { InstanceType, RequirementSpec } from "../instance-type.ts";
import { awsLabels } from "../labels.ts";
import { fromSpecs, type Requirements } from "../requirements.ts";
import { type Filtered } from "./launch-filters.ts";
import { chooseLaunch, fleetOffers, type LaunchChoice } from "./launch-choice.ts";
import {
  fleetOptions,
  type FleetAnswer,
  type FleetRequest,
  type FleetTemplate,
  targetCapacityType,
} from "./fleet-request.ts";
import { fleetFailure, type LaunchFailure, noChoice, type NodeClassReady, readinessFailure } from "./launch-failure.ts";
import { learn } from "./launch-learn.ts";
import { chooseSubnets, releaseSubnets, type ZonalSubnet } from "./launch-subnets.ts";
import type { LaunchState } from "./launch-state.ts";
import { defaultBlockDevices, defaultMetadata, type LaunchTemplate } from "./launch-template.ts";
import { templateGroups } from "./launch-templates.ts";
import { type LaunchType, launchTypes } from "./launch-type.ts";
import { listInstanceTypes, type ProviderWorld } from "./instance-types.ts";
import { knownTo, type NodeClassSpec, specOf, nodeClassStatus } from "./node-class.ts";
import type { PlacementGroup } from "./placement-group.ts";
import { defaultSettings } from "./settings.ts";
import { launchTemplateName } from "./template-hash.ts";
import { awsKey } from "./type-requirements.ts";
import { bindsByDefault, bootstrapOptions, type UserDataCluster } from "./user-data/user-data.ts";

/** A NodeClaim as far as its launch reads it. */
export interface LaunchClaim {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly requirements: readonly RequirementSpec[];
  readonly requests: ResourceList;
  readonly taints: readonly Taint[];
  readonly startupTaints: readonly Taint[];
}

/** How far a launch came. */
export interface LaunchOutcome {
  readonly steps: readonly Filtered[];
  readonly choice?: LaunchChoice;
  readonly request?: FleetRequest;
  /** The templates of the request by name. */
  readonly templates: ReadonlyMap<string, LaunchTemplate>;
  readonly answer?: FleetAnswer;
  readonly failure?: LaunchFailure;
}

/** One launch's surroundings. `fleet` stands for EC2: what it takes of a request is not Karpenter's to decide. */
export interface LaunchContext {
  readonly world: ProviderWorld;
  readonly cluster: UserDataCluster;
  readonly fleet: (request: FleetRequest, templates: ReadonlyMap<string, LaunchTemplate>) => FleetAnswer;
  /** The provider's list as it was made before of the same facts; absent: it is made anew. */
  readonly listed?: () => ReturnType<typeof listInstanceTypes>;
  /** The NodeClass's Ready condition; absent: True and up to date. */
  readonly ready?: NodeClassReady;
}

/**
 * One launch as karpenter-provider-aws makes it (`instance/instance.go`, Create), from the NodeClaim to EC2's answer. Reads and updates
 * `state`: what is known of free addresses, shortages and reservations.
 */
export function launch(claim: LaunchClaim, context: LaunchContext, state: LaunchState): LaunchOutcome {
  const templates = new Map<string, LaunchTemplate>();
  const world = { ...context.world, unavailable: state.unavailable, reservationCounts: state.reservationCounts };
  const { behaviour } = world;
  const spec = knownTo(behaviour, specOf(world.nodeClass));
  const notReady = readinessFailure(context.ready);
  if (notReady !== undefined) return { steps: [], templates, failure: notReady };
  const tags = claimTags(claim, context);
  if ("failure" in tags) return { steps: [], templates, failure: tags.failure };
  const listed = context.listed?.() ?? listInstanceTypes(world);
  if (!listed.ok) {
    const text = `creating nodeclaim, resolving instance types, ${listed.reason}`;
    return { steps: [], templates, failure: { class: "create-error", reason: "InstanceTypeResolutionFailed", text } };
  }
  const requirements = fromSpecs(claim.requirements, awsLabels);
  const minValuesPolicy = world.settings?.minValuesPolicy ?? defaultSettings.minValuesPolicy;
  const demand = { requirements, requests: claim.requests, minValuesPolicy, behaviour };
  const chosen = chooseLaunch(prepared(listed.value), demand);
  if (!chosen.ok) return { steps: chosen.steps, templates, failure: noChoice(chosen.brokenMinValues, behaviour) };
  const { choice } = chosen;
  const base = { steps: choice.steps, choice, templates };
  const subnets = chooseSubnets(nodeClassStatus(world.nodeClass), state.addresses, choice);
  const made = fleetTemplates({ claim, context, choice, subnets, tags: tags.tags, requirements }, templates);
  if (typeof made === "string") {
    const text = `creating instance, creating nodeclaim, getting launch template configs, ${made}`;
    return { ...base, failure: { class: "create-error", reason: "LaunchFailed", text } };
  }
  const first = choice.types[0]?.offerings[0];
  const isReserved = choice.capacityType === "reserved";
  const kind = {
    capacityType: choice.capacityType,
    reservationType: isReserved ? (first?.reservationType ?? "") : "",
    isInterruptible: isReserved && first?.isInterruptible === true,
    hasPriceOverlay: claim.annotations["karpenter.sh/price-overlay-applied"] !== undefined,
  };
  const isRelaxed = claim.annotations["karpenter.sh/nodeclaim-min-values-relaxed"] === "true";
  const request: FleetRequest = {
    templates: made,
    targetCapacityType: targetCapacityType(kind),
    options: fleetOptions(kind),
    context: isRelaxed ? undefined : spec.context,
    tags: tags.tags,
  };
  const answer = context.fleet(request, templates);
  const asked = new Set(made.flatMap((template) => template.overrides.map((one) => one.subnet)));
  const taken = answer.launched?.override.subnet;
  releaseSubnets(state.addresses, subnets, { types: choice.types, capacityType: choice.capacityType, asked, taken });
  const group = groupOf(world);
  learn(state, answer, { behaviour, choice, group, partition: lowestPartition(requirements) });
  if (answer.launched === undefined)
    return { ...base, request, answer, failure: fleetFailure(answer.errors, behaviour) };
  return { ...base, request, answer };
}

const preparedLists = new WeakMap<readonly InstanceType[], readonly LaunchType[]>();

// Many launches start from one list.
function prepared(list: readonly InstanceType[]): readonly LaunchType[] {
  const known = preparedLists.get(list) ?? launchTypes(list);
  preparedLists.set(list, known);
  return known;
}

/** The placement group in force: a NodeClass that selects none has none. Undefined when none is in force. */
export function groupOf(world: ProviderWorld): PlacementGroup | undefined {
  const { placementGroupSelector } = knownTo(world.behaviour, specOf(world.nodeClass));
  return placementGroupSelector === undefined ? undefined : world.placementGroup;
}

const restrictedTags = new Set([
  "karpenter.sh/nodepool",
  "karpenter.sh/nodeclaim",
  "karpenter.k8s.aws/ec2nodeclass",
  "eks:eks-cluster-name",
]);
const clusterTag = /^kubernetes\.io\/cluster\/[0-9A-Za-z][A-Za-z0-9\-_]*$/;

function claimTags(
  claim: LaunchClaim,
  { world, cluster }: LaunchContext,
): { readonly tags: Labels } | { readonly failure: LaunchFailure } {
  const own = specOf(world.nodeClass).tags ?? {};
  const wrong = Object.keys(own).filter((key) => restrictedTags.has(key) || clusterTag.test(key));
  if (wrong.length > 0) {
    const names = wrong.map((key) => JSON.stringify(key)).join(", ");
    const text = `NodeClassRef not ready, tags failed validation requirements (tags=${names})`;
    return { failure: { class: "nodeclass-not-ready", text } };
  }
  return {
    tags: {
      ...own,
      [`kubernetes.io/cluster/${cluster.name}`]: "owned",
      "karpenter.sh/nodepool": claim.labels["karpenter.sh/nodepool"] ?? "",
      "eks:eks-cluster-name": cluster.name,
      "karpenter.k8s.aws/ec2nodeclass": world.nodeClass.metadata.name,
    },
  };
}

interface TemplateInput {
  readonly claim: LaunchClaim;
  readonly context: LaunchContext;
  readonly choice: LaunchChoice;
  readonly subnets: ReadonlyMap<string, ZonalSubnet>;
  readonly tags: Labels;
  readonly requirements: Requirements;
}

/** Templates with their overrides, or the words of what is missing. Every template is put into `made`, overrides or not. */
function fleetTemplates(input: TemplateInput, made: Map<string, LaunchTemplate>): readonly FleetTemplate[] | string {
  const { claim, context, choice, requirements } = input;
  const status = nodeClassStatus(context.world.nodeClass);
  if ((status.securityGroups ?? []).length === 0) {
    return "getting launch templates, no security groups are present in the status";
  }
  const images = status.amis ?? [];
  if (images.length === 0) return "getting launch templates, no amis exist given constraints";
  const asksForEfa = claim.requests.has("vpc.amazonaws.com/efa");
  const groups = templateGroups(choice.types, images, { capacityType: choice.capacityType, asksForEfa });
  if (groups.length === 0) {
    const ids = Array.from(new Set(images.map((image) => image.id))).join(" ");
    return `getting launch templates, no instance types satisfy requirements of amis [${ids}]`;
  }
  const templates = groups.flatMap((group) =>
    group.reservationIds.map((reservationId): FleetTemplate => {
      const template = templateOf(input, { ...group, reservationId });
      const name = launchTemplateName(template);
      made.set(name, template);
      const launched = { capacityType: choice.capacityType, ...(reservationId === "" ? {} : { reservationId }) };
      const overrides = fleetOffers(group.types, requirements, launched).flatMap((offer) => {
        const subnet = input.subnets.get(offer.zone);
        return subnet === undefined ? [] : [{ ...offer, subnet: subnet.id, image: group.imageId }];
      });
      return { name, image: group.imageId, overrides };
    }),
  );
  const withOffers = templates.filter((template) => template.overrides.length > 0);
  return withOffers.length === 0 ? "no capacity offerings are currently available given the constraints" : withOffers;
}

function templateOf(
  { claim, context, choice, tags, requirements }: TemplateInput,
  group: {
    readonly imageId: string;
    readonly pods: number;
    readonly efaCount: number;
    readonly reservationId: string;
    readonly reservationType: string;
    readonly isInterruptible: boolean;
  },
): LaunchTemplate {
  const { world, cluster } = context;
  const { behaviour } = world;
  const spec = knownTo(behaviour, specOf(world.nodeClass));
  const status = nodeClassStatus(world.nodeClass);
  const placement = groupOf(world);
  const images = status.amis ?? [];
  const own = spec.blockDeviceMappings ?? [];
  return {
    behaviour,
    spec,
    status,
    nodeClassName: world.nodeClass.metadata.name,
    cluster,
    tags,
    bootstrap: bootstrapOptions({
      behaviour,
      spec,
      images,
      cluster,
      labels: claim.labels,
      taints: claim.taints,
      startupTaints: claim.startupTaints,
      capacityType: choice.capacityType,
      maxPods: group.pods,
    }),
    bindsByDefault: bindsByDefault({ spec, images }),
    blockDevices: own.length > 0 ? own : defaultBlockDevices(spec, behaviour),
    metadata: spec.metadataOptions ?? defaultMetadata(cluster),
    imageId: group.imageId,
    efaCount: group.efaCount,
    hasEnclave: wantsEnclave(claim, spec, behaviour),
    capacityType: choice.capacityType,
    reservationId: group.reservationId,
    reservationType: group.reservationType,
    isInterruptible: group.isInterruptible,
    tenancy: choice.tenancy,
    placementGroupId: placement?.id ?? "",
    partition: placement?.strategy === "partition" ? Number(lowestPartition(requirements) ?? 0) : 0,
    targetsReservations: world.settings?.hasReservedCapacity ?? defaultSettings.hasReservedCapacity,
  };
}

function wantsEnclave(claim: LaunchClaim, spec: NodeClassSpec, { enclaves }: ProviderBehaviour): boolean {
  if (enclaves === "by-class") return spec.enclaveOptions?.enabled === true;
  return enclaves === "requested" && claim.requests.has("eks.amazonaws.com/nip-slots");
}

/** Of several partitions the least by name. */
function lowestPartition(requirements: Requirements): string | undefined {
  return Array.from(requirements.get(awsKey("placement-group-partition"))?.values ?? []).sort()[0];
}
