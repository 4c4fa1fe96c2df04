import { canaryName } from "./canary-name.ts";
import { type Step } from "../step.ts";
import { clusterTag, planTag } from "../setup/options.ts";
import { type InstallManifest, installManifestOf, resourceOf } from "./options.ts";
import { type Plan, planId, planSchema, type CanaryPlan } from "../plan.ts";

const taintKey = "dovetail.dev/canary";
const image = "public.ecr.aws/eks-distro/kubernetes/pause:3.10";

/** Where the canary is made, and with which node class. */
export interface CanaryTarget {
  readonly cluster: Plan["cluster"];
  readonly nodeClass: string;
  readonly namespace: string;
  readonly atMs: number;
  readonly timeoutMs: number;
}

/** A pool of at most one node that only the canary's pod tolerates, and that pod. Both are taken away again at the end. */
export function planCanary(target: CanaryTarget): CanaryPlan {
  const id = planId("canary", target.cluster.name, target.atMs);
  const marks = { [clusterTag]: target.cluster.name, [planTag]: id };
  return {
    schema: planSchema,
    id,
    command: "install",
    cluster: target.cluster,
    madeAt: new Date(target.atMs).toISOString(),
    stages: [
      {
        id: "canary",
        title: "One node to prove that nodes launch, join and go",
        gates: [],
        steps: [
          objectStep("canary/pool", pool(target, marks), "bounded to one node; nothing else tolerates its taint"),
          objectStep("canary/pod", pod(target, marks), "asks for the node"),
        ],
      },
    ],
    context: { kind: "canary", nodeClass: target.nodeClass },
  };
}

function objectStep(id: string, object: InstallManifest, why: string): Step {
  const { kind, metadata } = object;
  return {
    id,
    kind: "kube-manifest",
    action: "create",
    title: `make ${kind} ${metadata.name}`,
    why,
    target: `${kind}/${metadata.name}`,
    params: { object },
    calls: [{ operation: `kube:apply ${resourceOf(kind)}/${metadata.name}`, input: object }],
    undo: "restore",
  };
}

function pool(target: CanaryTarget, annotations: Readonly<Record<string, string>>): InstallManifest {
  return installManifestOf({
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: canaryName, annotations },
    spec: {
      limits: { cpu: "8", nodes: "1" },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "Never", budgets: [{ nodes: "0" }] },
      template: {
        spec: {
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
            { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
            { key: "karpenter.k8s.aws/instance-cpu", operator: "Lt", values: ["9"] },
          ],
          taints: [{ key: taintKey, value: "true", effect: "NoSchedule" }],
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: target.nodeClass },
          // Should everything else fail, the node goes by itself.
          expireAfter: "1h",
        },
      },
    },
  });
}

function pod(target: CanaryTarget, annotations: Readonly<Record<string, string>>): InstallManifest {
  return installManifestOf({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: canaryName, namespace: target.namespace, annotations },
    spec: {
      nodeSelector: { "karpenter.sh/nodepool": canaryName },
      tolerations: [{ key: taintKey, operator: "Equal", value: "true", effect: "NoSchedule" }],
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "canary", image, resources: { requests: { cpu: "10m", memory: "16Mi" } } }],
    },
  });
}
