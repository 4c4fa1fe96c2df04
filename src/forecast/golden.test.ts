import { describe, expect, test } from "vitest";
import { claim, node, pod, pods, running, volume } from "../../test/support/builders.ts";
import { listPrices, nodePool, simulated, within } from "../../test/support/simulation.ts";
import type { NodeClaim } from "../karpenter/api.ts";
import type { Affinity, Node, Pod } from "../kube/objects.ts";
import { explainPod } from "./explain/pod.ts";
import type { FleetTotals } from "./types.ts";

/** Reports of users of Karpenter, retold with the smallest cluster that shows them. */

const family = (...names: string[]) => within("karpenter.k8s.aws/instance-family", ...names);
const cpus = (...counts: string[]) => within("karpenter.k8s.aws/instance-cpu", ...counts);
const size = (...names: string[]) => within("karpenter.k8s.aws/instance-size", ...names);
const linuxArch = (arch: string) => within("kubernetes.io/arch", arch);

const nodesOf = (count: number, instanceType: string, zone = "us-east-1a"): Node[] =>
  Array.from({ length: count }, (_, i) =>
    node({ name: `${instanceType}-${zone}-${i}`, instanceType, zone, nodegroup: "workers" }),
  );

const onHost = (app: string) => ({
  labelSelector: { matchLabels: { app } },
  topologyKey: "kubernetes.io/hostname",
});
const apart = (app: string): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [onHost(app)] },
});
const ratherApart = (app: string): Affinity => ({
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: onHost(app) }] },
});

const usd = (totals: FleetTotals): number => Number(totals.computeUsdPerHour.expected?.toFixed(2));
const codes = (verdict: { readonly causes: readonly { readonly code: string }[] }): string[] =>
  verdict.causes.map((cause) => cause.code);

describe("cases that must come out right", () => {
  test("4 x r6a.4xlarge become 1 x r6a.4xlarge and 8 x c6a.2xlarge, and a memory-heavy shape would be cheaper", () => {
    const today = nodesOf(4, "r6a.4xlarge");
    const at = (i: number): string => today[i % 4]?.metadata.name ?? "";
    const web = Array.from({ length: 9 }, (_, i) =>
      pod({
        name: `web-${i}`,
        labels: { app: "web" },
        node: at(i),
        cpu: "1200m",
        memory: "11776Mi",
        spec: { affinity: apart("web") },
      }),
    );
    const cache = [0, 1].map((i) => pod({ name: `cache-${i}`, node: at(i), cpu: "4", memory: "50Gi" }));
    const prices = listPrices({ r6a: 1.0152 / 0.9072, c6a: 0.3284 / 0.306, m6a: 1.11 });
    const pool = nodePool([family("r6a", "c6a", "m6a"), cpus("8", "16")]);
    const { outcome } = simulated({ nodes: today, pods: [...web, ...cache] }, pool, { prices });
    expect(outcome.karpenter.totals.byType).toEqual({ "r6a.4xlarge": 1, "c6a.2xlarge": 8 });
    expect([usd(outcome.today.totals), usd(outcome.karpenter.totals)]).toEqual([4.06, 3.64]);
    expect(outcome.verdict.answer).toBe("saves");
    expect(outcome.cheaperShape).toMatchObject({
      instanceType: expect.stringMatching(/^r\da\.large$/),
      nodes: 8,
      insteadOf: { instanceType: "c6a.2xlarge" },
      isAllowed: false,
    });
  });

  test("2 x c6g.large become 8 x c6g.medium", () => {
    const today = nodesOf(2, "c6g.large");
    const workers = running({
      name: "worker",
      replicas: 8,
      on: today.map((one) => one.metadata.name),
      cpu: "300m",
      memory: "256Mi",
      spec: { affinity: ratherApart("worker") },
    });
    const pool = nodePool([family("c6g"), linuxArch("arm64")]);
    const { outcome } = simulated({ nodes: today, ...workers }, pool);
    expect(outcome.karpenter.totals.byType).toEqual({ "c6g.medium": 8 });
    expect(outcome.verdict.answer).toBe("costs-more");
    expect(codes(outcome.verdict)).toEqual(expect.arrayContaining(["more-nodes", "anti-affinity"]));
  });

  test("16 large nodes cost what one 8xlarge does, until each carries an agent's fee", () => {
    const [today] = nodesOf(1, "m5.8xlarge");
    const workers = pods(16, { name: "worker", node: today?.metadata.name ?? "", cpu: "1500m", memory: "4Gi" });
    const objects = { nodes: today === undefined ? [] : [today], pods: workers };
    const pool = nodePool([family("m5"), size("large")]);
    const plain = simulated(objects, pool).outcome;
    expect(plain.karpenter.totals.byType).toEqual({ "m5.large": 16 });
    expect(plain.verdict.answer).toBe("about-equal");
    const fee = simulated(objects, pool, { options: { perNodeFeeUsdPerHour: 0.03 } }).outcome;
    expect(fee.verdict.answer).toBe("costs-more");
    expect(fee.verdict.causes.find((cause) => cause.code === "agent-fees")?.usdPerHour).toBeCloseTo(0.45);
  });

  test("10 nodes become 6 for only 22 to 20 vCPU", () => {
    const today = [...nodesOf(9, "m5.large"), ...nodesOf(1, "m5.xlarge")];
    const made = today.map((one, i) => {
      const isApart = i >= 8;
      const spec = isApart
        ? { affinity: apart("apart"), nodeSelector: { "topology.kubernetes.io/zone": "us-east-1b" } }
        : { nodeSelector: { "topology.kubernetes.io/zone": "us-east-1a" } };
      const labels = { app: isApart ? "apart" : "shared" };
      return pod({ name: `app-${i}`, labels, node: one.metadata.name, cpu: "1550m", memory: "2Gi", spec });
    });
    const { outcome } = simulated({ nodes: today, pods: made }, nodePool([family("m5"), cpus("2", "4")]));
    expect([outcome.today.totals.nodes, outcome.karpenter.totals.nodes]).toEqual([10, 6]);
    expect([outcome.today.totals.vcpus, outcome.karpenter.totals.vcpus]).toEqual([22, 20]);
    expect(outcome.verdict.causes.find((cause) => cause.code === "fewer-nodes")?.sentence).toContain("22 to 20 vCPU");
  });

  test("volumes in their zones keep a skew of 25/7/7", () => {
    const zones = { "us-east-1a": 25, "us-east-1b": 7, "us-east-1c": 7 };
    const rows = Object.entries(zones).flatMap(([zone, count]) =>
      Array.from({ length: count }, (_, i) => ({ zone, name: `db-${zone}-${i}` })),
    );
    const today = Object.entries(zones).flatMap(([zone, count]) => nodesOf(count, "m5.large", zone));
    const { outcome } = simulated(
      {
        nodes: today,
        persistentvolumes: rows.map(({ zone, name }) => volume({ name, zone })),
        persistentvolumeclaims: rows.map(({ name }) => claim({ name, volume: name })),
        pods: rows.map(({ name }, i) =>
          pod({
            name,
            node: today[i]?.metadata.name ?? "",
            cpu: "1500m",
            memory: "4Gi",
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
          }),
        ),
      },
      nodePool([family("m5"), size("large")]),
    );
    expect(outcome.unschedulable).toEqual([]);
    expect(outcome.zones.map((one) => [one.zone, one.nodesKarpenter, one.nodesPossible])).toEqual([
      ["us-east-1a", 25, 0],
      ["us-east-1b", 7, 0],
      ["us-east-1c", 7, 0],
    ]);
  });

  test("preferred anti-affinity makes one node per pod", () => {
    const [today] = nodesOf(1, "m5.xlarge");
    const spec = { affinity: ratherApart("web") };
    const web = pods(6, { name: "web", labels: { app: "web" }, node: today?.metadata.name ?? "", cpu: "200m", spec });
    const { outcome } = simulated({ nodes: today === undefined ? [] : [today], pods: web }, nodePool([family("m5")]));
    expect(outcome.karpenter.totals.nodes).toBe(6);
    expect(outcome.verdict.answer).toBe("costs-more");
    expect(codes(outcome.verdict)).toContain("anti-affinity");
  });

  test("a pod larger than any type is named, with what comes nearest", () => {
    const made = simulated({ pods: [pod({ name: "huge", cpu: "5000", memory: "1Gi" })] }, nodePool([]));
    expect(made.outcome.unschedulable.map((one) => one.pod)).toEqual(["default/huge"]);
    expect(made.outcome.karpenter.totals.nodes).toBe(0);
    expect(explainPod(made, "default/huge").nearestMiss?.sentence).toMatch(/cpu/i);
  });

  test("a start-up taint of the CNI asks for a second node unless the NodePool declares it", () => {
    const taint = { key: "node.cilium.io/agent-not-ready", value: "true", effect: "NoExecute" };
    const nodesFor = (startupTaints: readonly (typeof taint)[]): number => {
      const objects = startingNode(taint, startupTaints);
      const pool = nodePool([family("m5")], { startupTaints });
      const { pass } = simulated(objects, pool, { options: { isPendingOnly: true } });
      return pass.nodes.length;
    };
    expect(nodesFor([])).toBe(1);
    expect(nodesFor([taint])).toBe(0);
  });

  test("trn1 memory follows what live nodes report where that is asked for", () => {
    const type = "trn1.2xlarge";
    const live = node({ name: "trn", instanceType: type, allocatable: { memory: "29000000Ki" } });
    const objects = { nodes: [live], pods: [pod({ name: "train", node: "trn", cpu: "1", memory: "28Gi" })] };
    const pool = nodePool([within("node.kubernetes.io/instance-type", type)]);
    expect(simulated(objects, pool).outcome.unschedulable).toEqual([]);
    const measured = simulated(objects, pool, { options: { hasMeasuredOverhead: true } }).outcome;
    expect(measured.unschedulable.map((one) => one.pod)).toEqual(["default/train"]);
  });
});

/** A node that Karpenter made and whose CNI is not up, and the pod it was made for. */
function startingNode(
  taint: { readonly key: string; readonly value: string; readonly effect: string },
  startupTaints: NodeClaim["spec"]["startupTaints"],
): { readonly nodes: Node[]; readonly nodeclaims: NodeClaim[]; readonly pods: Pod[] } {
  const labels = {
    "karpenter.sh/nodepool": "general",
    "karpenter.sh/registered": "true",
    "karpenter.sh/capacity-type": "on-demand",
  };
  const starting = node({ name: "starting", labels, taints: [taint] });
  const nodeClaim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: "general-x", labels: { ...starting.metadata.labels } },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" },
      ...(startupTaints === undefined ? {} : { startupTaints }),
    },
    status: {
      nodeName: "starting",
      providerID: starting.spec?.providerID ?? "",
      capacity: starting.status?.capacity ?? {},
      allocatable: starting.status?.allocatable ?? {},
      conditions: [
        { type: "Launched", status: "True" },
        { type: "Registered", status: "True" },
      ],
    },
  };
  return { nodes: [starting], nodeclaims: [nodeClaim], pods: [pod({ name: "web", cpu: "500m" })] };
}
