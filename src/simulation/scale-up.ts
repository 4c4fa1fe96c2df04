import type { Node, Pod } from "../kube/objects.ts";
import type { Volumes } from "../kube/volumes.ts";
import { Placer, requestsOf } from "./placement.ts";
import { spreadRefusal } from "./topology.ts";

/** A node group as Cluster Autoscaler weighs it: what one more node of it would be, and how many more it may have. */
export interface GroupTemplate {
  readonly name: string;
  readonly template: Node;
  /** Pods that would be on a new node from the start: its daemons. */
  readonly daemons: readonly Pod[];
  readonly room: number;
}

/** What Cluster Autoscaler looks at before it makes a cluster larger. */
export interface ScaleUpInput {
  readonly pending: readonly Pod[];
  readonly nodes: readonly Node[];
  /** Nodes that were asked for and have not joined, each with its group's template. */
  readonly upcoming: readonly GroupTemplate[];
  readonly bound: readonly Pod[];
  readonly volumes: Volumes;
  readonly groups: readonly GroupTemplate[];
  readonly expanders: readonly string[];
  /** A number from 0 up to 1, for the random expander and for ties. */
  readonly chance: number;
}

/** What one group would add. */
export interface ScaleUpOption {
  readonly group: string;
  readonly nodes: number;
  readonly pods: readonly Pod[];
  /** Idle share of cpu plus that of memory: what least-waste compares. */
  readonly waste: number;
}

/**
 * One scale-up of Cluster Autoscaler: pods that fit nowhere, the groups whose new nodes would take them, and the expander's choice.
 * One group per loop, as CA does. Undefined when nobody waits or no group helps.
 */
export function planScaleUp(input: ScaleUpInput): ScaleUpOption | undefined {
  const waiting = withoutSchedulable(input);
  if (waiting.length === 0) return undefined;
  const options = input.groups.flatMap((group) => estimate(group, waiting, input) ?? []);
  return expand(options, input);
}

// Pods that fit on nodes that are there or coming wait for these.
function withoutSchedulable(input: ScaleUpInput): readonly Pod[] {
  const placer = new Placer({
    nodes: [...input.nodes, ...input.upcoming.map(nodeOf)],
    bound: [...input.bound, ...input.upcoming.flatMap(daemonsOn)],
    volumes: input.volumes,
  });
  return input.pending.filter((pod) => {
    const placement = placer.place(pod);
    if (placement.kind === "node") placer.assume(pod, placement.node);
    return placement.kind === "none";
  });
}

function nodeOf(group: GroupTemplate, index: number): Node {
  const name = `${group.name}-upcoming-${index}`;
  const labels = { ...group.template.metadata.labels, "kubernetes.io/hostname": name };
  return { ...group.template, metadata: { ...group.template.metadata, name, labels } };
}

function daemonsOn(group: GroupTemplate, index: number): readonly Pod[] {
  const nodeName = `${group.name}-upcoming-${index}`;
  return group.daemons.map((pod) => ({ ...pod, spec: { ...pod.spec, nodeName } }));
}

/**
 * The binpacking estimator: largest pods first, first fit over the nodes opened so far, one more node while the group has room. Undefined
 * when the group helps no pod.
 */
export function estimate(
  group: GroupTemplate,
  waiting: readonly Pod[],
  input: Pick<ScaleUpInput, "nodes" | "bound" | "volumes">,
): ScaleUpOption | undefined {
  const placer = new Placer({ nodes: input.nodes, bound: input.bound, volumes: input.volumes });
  const opened: string[] = [];
  const used = new Set<string>();
  const helped: Pod[] = [];
  const open = (): string | undefined => {
    if (opened.length >= group.room) return undefined;
    const node = nodeOf(group, opened.length);
    placer.addNode(node);
    for (const daemon of daemonsOn(group, opened.length)) placer.assume(daemon, node.metadata.name);
    opened.push(node.metadata.name);
    return node.metadata.name;
  };
  for (const pod of waiting.toSorted(largestFirst(group))) {
    const last = opened.at(-1);
    const known = opened.find((name) => placer.fits(pod, name)) ?? otherForSpread(placer, pod, { last, input });
    // A new node that took no pod stays the last: another like it would not either.
    const mayOpen = last === undefined || used.has(last);
    const place = known ?? (mayOpen ? fitting(placer, pod, open()) : undefined);
    if (place === undefined) continue;
    placer.assume(pod, place);
    used.add(place);
    helped.push(pod);
  }
  if (helped.length === 0) return undefined;
  return { group: group.name, nodes: used.size, pods: helped, waste: wasteOf(group, used.size, helped) };
}

// A pod whose spread over hosts keeps it off the last node may go to a node that is there already, which CA then counts as a new one.
function otherForSpread(
  placer: Placer,
  pod: Pod,
  of: { readonly last: string | undefined; readonly input: Pick<ScaleUpInput, "nodes"> },
): string | undefined {
  const { last, input } = of;
  const isSpread =
    pod.spec.topologySpreadConstraints?.some((one) => one.topologyKey === "kubernetes.io/hostname") === true;
  if (last === undefined || !isSpread || placer.why(pod, last) !== spreadRefusal) return undefined;
  return input.nodes.find((node) => placer.fits(pod, node.metadata.name))?.metadata.name;
}

function fitting(placer: Placer, pod: Pod, name: string | undefined): string | undefined {
  return name !== undefined && placer.fits(pod, name) ? name : undefined;
}

function largestFirst(group: GroupTemplate): (a: Pod, b: Pod) => number {
  const share = (pod: Pod): number =>
    amount(pod, "cpu") / capacityOf(group, "cpu") + amount(pod, "memory") / capacityOf(group, "memory");
  return (a, b) => share(b) - share(a);
}

function wasteOf(group: GroupTemplate, nodes: number, pods: readonly Pod[]): number {
  const idle = (name: "cpu" | "memory"): number => {
    const total = capacityOf(group, name) * nodes;
    return (total - pods.reduce((sum, pod) => sum + amount(pod, name), 0)) / total;
  };
  return idle("cpu") + idle("memory");
}

function amount(pod: Pod, name: string): number {
  return Number(requestsOf(pod).get(name) ?? 0n);
}

function capacityOf(group: GroupTemplate, name: string): number {
  // Read the way a pod's requests are, so that both are in the same unit.
  const requests = {
    cpu: group.template.status?.capacity?.["cpu"] ?? "1",
    memory: group.template.status?.capacity?.["memory"] ?? "1Gi",
  };
  const asPod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "capacity" },
    spec: { containers: [{ name: "all", resources: { requests } }] },
  };
  return Math.max(1, amount(asPod, name));
}

function expand(options: readonly ScaleUpOption[], input: ScaleUpInput): ScaleUpOption | undefined {
  let left = options;
  for (const expander of input.expanders) {
    if (left.length <= 1) break;
    left = filtered(left, expander);
  }
  return left[Math.floor(input.chance * left.length)];
}

// `priority` without its ConfigMap keeps all options, as CA does; so does an expander that is not modelled.
function filtered(options: readonly ScaleUpOption[], expander: string): readonly ScaleUpOption[] {
  const best = (value: (option: ScaleUpOption) => number): readonly ScaleUpOption[] => {
    const least = Math.min(...options.map(value));
    return options.filter((option) => value(option) === least);
  };
  switch (expander) {
    case "least-waste":
      return best((option) => option.waste);
    case "most-pods":
      return best((option) => -option.pods.length);
    case "least-nodes":
      return best((option) => option.nodes);
    default:
      return options;
  }
}
