import type { Frame } from "../../src/app/observe/frame.ts";
import type { ReportDocument, ReportNode } from "../../src/report/html/document.ts";

/** A report with that many nodes on each side, everything filled in, for the page's tests. */
export function sampleReport(nodes: number): ReportDocument {
  return {
    schema: "dovetail.report/1",
    title: "prod-eu: Cluster Autoscaler to Karpenter",
    madeAt: "2026-11-20T10:30:00Z",
    cluster: {
      name: "prod-eu",
      kubernetesVersion: "1.34",
      region: "eu-west-1",
      readAt: "2026-11-20T10:00:00Z",
      source: "sandbox clean",
    },
    summary: {
      verdict: "Karpenter runs these pods on fewer nodes for 12 % less",
      isRecommended: true,
      rows: [
        {
          label: "nodes",
          before: String(nodes),
          after: String(Math.ceil(nodes * 0.8)),
          change: `−${Math.floor(nodes * 0.2)}`,
        },
        { label: "cost, USD/day", before: "120.40", after: "105.95", change: "−12.0 %", note: "range 98.10 to 118.00" },
      ],
      sources: ["list prices us-east-1, 2026-07-06"],
    },
    findings: [
      {
        code: "DV1001",
        severity: "error",
        title: "PodDisruptionBudget that never allows a disruption",
        why: "the drain of its nodes would never end",
        items: [
          {
            subject: "PodDisruptionBudget/shop/cart",
            message: "poddisruptionbudget shop/cart allows 0 of 3 <pods>",
            fix: "set maxUnavailable: 1",
          },
        ],
      },
      {
        code: "DV1002",
        severity: "info",
        title: "single replica",
        why: "it is down while it moves",
        items: [{ subject: "a", message: "m", fix: "f" }],
      },
    ],
    packing: {
      today: Array.from({ length: nodes }, (_, i) => node(i, false)),
      karpenter: Array.from({ length: Math.ceil(nodes * 0.8) }, (_, i) => node(i, true)),
    },
    timeline: {
      startedAt: "2026-11-20T10:00:00Z",
      frames: Array.from({ length: 30 }, (_, i) => frame(i, nodes)),
      events: [
        { atSeconds: 0, text: "hand over to Karpenter", begins: "stage" },
        { atSeconds: 40, text: "wave of group-1: 3 nodes", begins: "wave" },
        { atSeconds: 60, text: "cordoned node-1" },
        { atSeconds: 600, text: "the migration is taken back", begins: "rollback" },
      ],
    },
    stages: [
      {
        title: "Hand over",
        state: "done",
        steps: [
          {
            title: "scale cluster-autoscaler to zero",
            state: "done",
            why: "two autoscalers would fight",
            seconds: 95,
            calls: ["kube:patch deployments/cluster-autoscaler"],
          },
        ],
      },
    ],
    manifests: [
      {
        name: "nodepool/general",
        yaml: "kind: NodePool\n",
        fates: [{ fate: "lost", field: "warmPool", text: "Karpenter has none" }],
      },
    ],
    verification: { verdict: "the forecast held", rows: [{ label: "nodes", before: "8", after: "8", change: "·" }] },
    caveats: ["spot prices are modelled"],
    next: "dovetail assess --context prod-eu",
  };
}

function node(i: number, isKarpenter: boolean): ReportNode {
  const pods = Array.from({ length: 8 }, (_, k) => ({
    name: `shop/pod-${i}-${k}`,
    cpuMilli: 150 + 20 * k,
    memoryMiB: 256,
    isDaemon: k === 0,
  }));
  const owner = isKarpenter ? "general" : `group-${i % 3}`;
  return {
    name: `node-${i}`,
    owner,
    isKarpenter,
    instanceType: "m5.large",
    zone: "eu-west-1a",
    capacityType: "on-demand",
    cpuMilli: 1930,
    memoryMiB: 7000,
    usdPerHour: 0.1,
    pods,
  };
}

function frame(i: number, nodes: number): Frame {
  const count = Math.min(nodes, 40);
  const moved = Math.round((count * i) / 29);
  return {
    atSeconds: i * 40,
    pendingPods: i === 7 ? 1 : 0,
    placeholderPods: i % 4,
    usdPerHour: 4 - i * 0.02,
    nodes: Array.from({ length: count }, (_, k) => ({
      name: `n${k}`,
      owner: k < moved ? "general" : "group-1",
      isKarpenter: k < moved,
      state: k === moved ? "cordoned" : "ready",
      pods: 8,
      cpuShare: 0.6,
    })),
  };
}
