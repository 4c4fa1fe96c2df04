import type {
  Explanation,
  NodeExplanation,
  NodeGroupExplanation,
  NodePoolExplanation,
  Placement,
  PlaceRefusal,
  PodExplanation,
  Rejection,
} from "../../forecast/explain/types.ts";
import type { FleetAmounts } from "../../forecast/types.ts";
import type { CostRange } from "../../money/types.ts";
import { rangeText } from "./simulate-cost.ts";
import { zonesText } from "./simulate-nodes.ts";
import { plainReason } from "./simulate-pods.ts";
import { count, grouped, table } from "./table.ts";

/** In what width it is drawn. */
export interface ExplainView {
  readonly columns: number;
}

const right = { align: "right" } as const;

/** `dovetail explain pod|node|nodepool NAME`. */
export function explainText(explanation: Explanation, view: ExplainView): string {
  switch (explanation.kind) {
    case "pod":
      return podText(explanation, view);
    case "node":
      return nodeText(explanation, view);
    case "nodepool":
      return poolText(explanation, view);
    case "nodegroup":
      return nodeGroupText(explanation, view);
  }
}

function podText(pod: PodExplanation, view: ExplainView): string {
  const today =
    pod.today === undefined
      ? "waits"
      : `on ${pod.today.node} (${pod.today.instanceType ?? "unknown type"}, ${pod.today.zone ?? "unknown zone"})`;
  const lines = [
    `pod ${pod.pod}   ${pod.owner}`,
    `asks for   ${amountsText(pod.requests)}`,
    `today      ${today}`,
    `Karpenter  ${placementText(pod.placement)}`,
  ];
  if (pod.autoscaler !== undefined) lines.push(`today's CA ${pod.autoscaler.does}`);
  if (pod.relaxed.length > 0) lines.push(...pod.relaxed.map((one) => `relaxed    ${one}`));
  const parts = [lines.join("\n")];
  if (pod.existing.length > 0) parts.push(refusedText("existing nodes that refused it", pod.existing, view));
  if (pod.planned.length > 0)
    parts.push(refusedText("new nodes, made for pods before it, that refused it", pod.planned, view));
  for (const pool of pod.pools) {
    const head = `NodePool ${pool.nodePool}`;
    const taken = `${grouped(pool.left)} of ${count(pool.instanceTypes, "instance type")} would take it alone`;
    if (pool.refusal !== undefined) parts.push(`${head}\n  refuses it: ${pool.refusal}`);
    else parts.push([head, `  ${taken}`, rejectionTable(pool.rejections, view)].join("\n").trimEnd());
  }
  const refusing = pod.autoscaler?.groups ?? [];
  if (refusing.length > 0) {
    const rows = refusing.map(({ group, why }) => [group, why]);
    parts.push(
      `node groups that cannot take it today\n${table([{ title: "group" }, { title: "because" }], rows, { ...view, indent: "  " })}`,
    );
  }
  if (pod.nearestMiss !== undefined)
    parts.push(`nearest miss: ${pod.nearestMiss.sentence} (NodePool ${pod.nearestMiss.nodePool})`);
  return `${parts.join("\n\n")}\n`;
}

function refusedText(title: string, refusals: readonly PlaceRefusal[], view: ExplainView): string {
  const columns = [{ title: "nodes", ...right }, { title: "because" }];
  const rows = refusals.map(({ nodes, reason, examples }) => {
    const more = nodes > examples.length ? ", …" : "";
    return [grouped(nodes), `${reason}  (${examples.join(", ")}${more})`];
  });
  return `${title}\n${table(columns, rows, { ...view, indent: "  " })}`;
}

function placementText(placement: Placement): string {
  switch (placement.kind) {
    case "new-node": {
      const others = placement.otherTypes === 0 ? "" : ` or ${count(placement.otherTypes, "other type")}`;
      const where = zonesText(placement.zones);
      const what = `${placement.instanceType ?? "unknown type"}${others}, ${placement.capacityType ?? "unknown"}, ${where}`;
      const beside = placement.podsBeside === 0 ? "alone" : `beside ${count(placement.podsBeside, "pod")}`;
      return `new node ${placement.node}: ${what}, ${beside}`;
    }
    case "existing-node":
      return `existing node ${placement.node}: it has room`;
    case "nowhere":
      return `nowhere; in its own words: ${plainReason(placement.reason)}`;
    case "follows-node":
    case "not-asked":
      return placement.reason;
  }
}

function nodeText(node: NodeExplanation, view: ExplainView): string {
  const what = node.isPlanned ? "planned" : "runs today";
  const lines = [
    [
      `node ${node.node}`,
      node.instanceType ?? "unknown type",
      node.owner ?? "no group",
      zonesText(node.zones),
      what,
    ].join("   "),
    `costs      ${bill(node.usdPerHour)}`,
    `offers     ${node.allocatable === undefined ? "unknown" : amountsText(node.allocatable)}`,
    `asked for  ${amountsText(node.requested)}`,
    `of it      ${amountsText(node.daemonRequested)} by DaemonSets`,
  ];
  if (node.fullest !== undefined)
    lines.push(`fullest    ${node.fullest.resource}, ${Math.round(node.fullest.percent)}%`);
  if (node.openedFor !== undefined) {
    const { pod, refusals } = node.openedFor;
    const before = refusals.reduce((sum, one) => sum + one.nodes, 0);
    const why = before === 0 ? "no node was there before it" : `${count(before, "node")} before it would not do`;
    lines.push(`opened for ${pod}: ${why}`);
  }
  const hasHomes = node.pods.some((pod) => pod.goesTo !== undefined);
  const columns = [
    { title: "pod" },
    { title: "cores", ...right },
    { title: "GiB", ...right },
    { title: hasHomes ? "would go to" : "" },
    { title: node.pods.some((pod) => pod.requires.length > 0) ? "asks of its node" : "" },
  ];
  const rows = node.pods.map((pod) => [
    pod.pod,
    cores(pod.requests),
    gib(pod.requests),
    pod.goesTo ?? "",
    pod.requires.join(", "),
  ]);
  const parts = [lines.join("\n"), rows.length === 0 ? "no pods but those of DaemonSets" : table(columns, rows, view)];
  if (node.openedFor !== undefined && node.openedFor.refusals.length > 0)
    parts.push(refusedText("nodes before it that would not do", node.openedFor.refusals, view));
  if (node.cheaper.length > 0) parts.push(`why no cheaper type\n${rejectionTable(node.cheaper, view)}`);
  else if (node.isPlanned && node.usdPerHour.expected !== undefined) parts.push("no type is cheaper");
  if (node.nearestMiss !== undefined) parts.push(`nearest miss: ${node.nearestMiss.sentence}`);
  return `${parts.join("\n\n")}\n`;
}

function poolText(pool: NodePoolExplanation, view: ExplainView): string {
  const head = [
    `NodePool ${pool.nodePool}`,
    `allows     ${grouped(pool.left)} of ${count(pool.instanceTypes, "instance type")}`,
    `would make ${count(pool.nodes, "node")} for ${count(pool.pods, "pod")}, ${bill(pool.usdPerHour)}`,
  ];
  return `${[head.join("\n"), rejectionTable(pool.rejections, view)].filter((part) => part !== "").join("\n\n")}\n`;
}

function nodeGroupText(group: NodeGroupExplanation, view: ExplainView): string {
  const { min, max, target, nodes } = group.sizes;
  const known = (size: number | undefined): string => (size === undefined ? "unknown" : grouped(size));
  const offers = Object.entries(group.offers ?? {}).map(([name, amount]) => `${name} ${amount}`);
  const head = [
    `node group ${group.nodeGroup}${group.autoScalingGroup === undefined ? "" : `   ${group.autoScalingGroup}`}`,
    `sizes      ${known(target)} wanted, ${count(nodes, "node")}, from ${known(min)} to ${known(max)}`,
    `offers     ${offers.length === 0 ? "unknown" : offers.join(", ")}`,
    `template   ${group.template}`,
    `grows      ${group.grows}`,
  ];
  if (group.nodes.length === 0) return `${head.join("\n")}\n`;
  const columns = [{ title: "node" }, { title: "used", ...right }, { title: "would it go" }];
  const rows = group.nodes.map(({ node, isUnneeded, why, utilization }) => [
    node,
    utilization === undefined ? "" : `${Math.round(utilization * 100)}%`,
    `${isUnneeded ? "yes" : "no"}: ${why}`,
  ]);
  return `${head.join("\n")}\n\n${table(columns, rows, view)}\n`;
}

function bill(cost: CostRange): string {
  return cost.expected === undefined ? "unknown" : `${rangeText(cost)} USD/month`;
}

function rejectionTable(rejections: readonly Rejection[], view: ExplainView): string {
  if (rejections.length === 0) return "";
  const columns = [{ title: "types", ...right }, { title: "offerings", ...right }, { title: "rejected because" }];
  const rows = rejections.map((one) => [
    grouped(one.instanceTypes),
    grouped(one.offerings),
    `${one.rule}  (${one.examples.join(", ")}${one.instanceTypes > one.examples.length ? ", …" : ""})`,
  ]);
  return table(columns, rows, { ...view, indent: "  " });
}

function amountsText(amounts: FleetAmounts): string {
  return `${cores(amounts)} cores, ${gib(amounts)} GiB, ${count(amounts.pods, "pod")}`;
}

function cores(amounts: FleetAmounts): string {
  return (amounts.cpuMilli / 1000).toFixed(2);
}

function gib(amounts: FleetAmounts): string {
  return (amounts.memoryBytes / 2 ** 30).toFixed(2);
}
