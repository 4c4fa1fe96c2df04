import { managed, modern, service } from "./parts.ts";
import type { PodSpec } from "../../kube/objects.ts";
import type { SampleSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "foundry-prod",
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--expander=least-waste", "--skip-nodes-with-local-storage=false"],
} as const;

const taints = [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }] as const;
const tolerations = [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }] as const;

/** Inference and training on NVIDIA GPUs, whose nodes are tainted and may go down to none. */
export const gpu: SampleSpec = {
  name: "gpu",
  summary: "inference and training on tainted NVIDIA nodes beside ordinary ones",
  ...base,
  ...modern,
  groups: [
    managed("workers"),
    managed("gpu-inference", {
      instanceTypes: ["g4dn.xlarge"],
      image: "nvidia",
      min: 0,
      max: 6,
      desired: 3,
      labels: { accelerator: "t4" },
      taints,
      diskGiB: 100,
    }),
    managed("gpu-training", {
      instanceTypes: ["g5.12xlarge"],
      image: "nvidia",
      min: 0,
      max: 2,
      desired: 1,
      zones: ["a"],
      labels: { accelerator: "a10g" },
      taints,
      diskGiB: 200,
    }),
  ],
  workloads: [
    ...systemWorkloads(base),
    {
      kind: "DaemonSet",
      namespace: "kube-system",
      name: "nvidia-device-plugin",
      cpu: "50m",
      memory: "64Mi",
      image: "nvcr.io/nvidia/k8s-device-plugin:v0.17.4",
      spec: {
        tolerations,
        priorityClassName: "system-node-critical",
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: "accelerator", operator: "Exists" }] }],
            },
          },
        },
      },
    },
    service("portal/web", 5),
    service("portal/queue", 3),
    service("models/inference", 3, { cpu: "2", memory: "8Gi", gpus: 1, spec: on("t4") }),
    // Not to be disturbed until it is done.
    service("models/training", 1, {
      cpu: "24",
      memory: "96Gi",
      gpus: 4,
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
      spec: on("a10g"),
    }),
  ],
};

function on(accelerator: string): Partial<PodSpec> {
  return { nodeSelector: { accelerator }, tolerations };
}
