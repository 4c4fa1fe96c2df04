import { describe, expect, test } from "vitest";
import { node, pod, pods, volume, claim } from "../../../test/support/builders.ts";
import { nodePool, simulated, within } from "../../../test/support/simulation.ts";
import type { Pod } from "../../kube/objects.ts";
import { explainText } from "../../report/text/explain.ts";
import { explainNode } from "./node.ts";
import { explainPod } from "./pod.ts";

const m5 = nodePool([within("karpenter.k8s.aws/instance-family", "m5")]);
const today = [node({ name: "n", instanceType: "m5.large", zone: "us-east-1a" })];

describe("explain pod", () => {
  test("counts the nodes there are that refused it, by reason", () => {
    const full = pod({ name: "full", node: "n", cpu: "1800m" });
    const simulation = simulated({ nodes: today, pods: [full, pod({ name: "new", cpu: "1" })] }, m5, {
      options: { isPendingOnly: true },
    });
    const answer = explainPod(simulation, "default/new");
    expect(answer.existing).toEqual([{ reason: "too little room", nodes: 1, examples: ["n"] }]);
    expect(answer.placement.kind).toBe("new-node");
  });

  test("names the wishes that were given up", () => {
    const wish = {
      weight: 1,
      preference: {
        matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["us-east-1z"] }],
      },
    };
    const spec: Partial<Pod["spec"]> = {
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [wish] } },
    };
    const answer = explainPod(simulated({ pods: [pod({ name: "new", spec })] }, m5), "default/new");
    expect(answer.relaxed).toHaveLength(1);
    expect(explainText(answer, { columns: 120 })).toContain("relaxed    ");
  });

  test("tells a volume elsewhere in the pool's own answer, not that every type would take it", () => {
    const objects = {
      persistentvolumes: [volume({ name: "pv", zone: "us-east-1f" })],
      persistentvolumeclaims: [claim({ name: "data", volume: "pv" })],
      pods: [pod({ name: "db", volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] })],
    };
    const answer = explainPod(simulated(objects, m5), "default/db");
    expect(answer.placement.kind).toBe("nowhere");
    expect(answer.pools[0]?.left).toBe(0);
    expect(answer.pools[0]?.rejections.map((one) => one.rule)).toContain(
      "pods require topology.kubernetes.io/zone In [us-east-1f]",
    );
  });

  test("tells a pool's limit", () => {
    const pool = nodePool([within("karpenter.k8s.aws/instance-family", "m5")]);
    const limited = { ...pool, spec: { ...pool.spec, limits: { cpu: "1" } } };
    const answer = explainPod(simulated({ pods: [pod({ name: "web" })] }, limited), "default/web");
    expect(answer.pools[0]?.refusal).toContain("exceed limits for nodepool");
  });

  test("names no nearest miss where no smaller pod would help", () => {
    const tiny = nodePool([within("node.kubernetes.io/instance-type", "t3.nano")]);
    const daemonsets = [
      {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "large", namespace: "kube-system" },
        spec: { template: { spec: { containers: [{ name: "a", resources: { requests: { memory: "8Gi" } } }] } } },
      },
    ];
    const answer = explainPod(simulated({ daemonsets, pods: [pod({ name: "new" })] }, tiny), "default/new");
    expect([answer.placement.kind, answer.nearestMiss]).toEqual(["nowhere", undefined]);
  });

  test("of Fargate, of one that ended, and of one that runs while only waiting ones are asked about, is no refusal", () => {
    const spec = { schedulerName: "fargate-scheduler" };
    const objects = {
      nodes: today,
      pods: [pod({ name: "f", spec }), pod({ name: "done", phase: "Succeeded" }), pod({ name: "runs", node: "n" })],
    };
    const reasons = ["f", "done"].map((name) => explainPod(simulated(objects, m5), `default/${name}`).placement);
    expect(reasons).toEqual([
      { kind: "not-asked", reason: "Fargate runs it: no NodePool is asked" },
      { kind: "not-asked", reason: "it has ended and needs no place" },
    ]);
    const pending = simulated(objects, m5, { options: { isPendingOnly: true } });
    expect(explainPod(pending, "default/runs").placement).toEqual({
      kind: "not-asked",
      reason: "it does not wait: only waiting pods were asked about",
    });
  });
});

describe("explain node", () => {
  test("names the pod that opened it, what its pods ask of it, and the cheaper type that comes nearest", () => {
    const spec = { nodeSelector: { "topology.kubernetes.io/zone": "us-east-1b" } };
    const simulation = simulated({ nodes: today, pods: pods(3, { name: "web", cpu: "1", spec }) }, m5);
    const answer = explainNode(simulation, "general-1");
    expect(answer.openedFor).toEqual({ pod: "default/web-0", refusals: [] });
    expect(answer.pods[0]?.requires).toEqual(["topology.kubernetes.io/zone In [us-east-1b]"]);
    expect(answer.nearestMiss?.sentence).toBe("fits m5.large if cpu is 1.07 cores less");
    expect(explainText(answer, { columns: 120 })).toContain("nearest miss: fits m5.large if cpu is 1.07 cores less");
  });

  test("judges a spot node by spot prices", () => {
    const spot = nodePool([]);
    const pool = {
      ...spot,
      spec: {
        ...spot.spec,
        template: {
          spec: {
            ...spot.spec.template.spec,
            requirements: [
              within("karpenter.sh/capacity-type", "spot"),
              within("node.kubernetes.io/instance-type", "m5.large", "m5.xlarge"),
            ],
          },
        },
      },
    };
    const answer = explainNode(simulated({ pods: [pod({ name: "web", cpu: "3" })] }, pool), "general-1");
    expect(answer.cheaper.map((one) => one.rule)).toContain("too little cpu");
  });

  test("of Fargate is named as one", () => {
    const fargate = node({ name: "f", labels: { "eks.amazonaws.com/compute-type": "fargate" } });
    const simulation = simulated({ nodes: [fargate], pods: [pod({ name: "web" })] }, m5);
    expect(() => explainNode(simulation, "f")).toThrow("f is a node of Fargate");
  });
});
