import type { SampleSpec, WorkloadSpec } from "./spec.ts";

const everywhere = [{ operator: "Exists" }] as const;

const registry = "602401143452.dkr.ecr.us-east-1.amazonaws.com";
const system = { namespace: "kube-system" } as const;
const critical = { priorityClassName: "system-cluster-critical" } as const;

type Sample = Pick<SampleSpec, "clusterName" | "kubernetesVersion" | "autoscalerFlags">;

/** What every EKS cluster runs in kube-system, and this one's Cluster Autoscaler. */
export function systemWorkloads(sample: Sample): readonly WorkloadSpec[] {
  const pair = (name: string, cpu: string, memory: string): Omit<WorkloadSpec, "image"> => ({
    kind: "Deployment",
    ...system,
    name,
    replicas: 2,
    cpu,
    memory,
    budget: { maxUnavailable: 1 },
    spread: "node",
    spec: critical,
  });
  return [
    ...daemons(sample),
    { ...pair("coredns", "100m", "170Mi"), image: `${registry}/eks/coredns:v1.12.3-eksbuild.1` },
    { ...pair("ebs-csi-controller", "60m", "240Mi"), image: `${registry}/eks/aws-ebs-csi-driver:v1.48.0` },
    { ...pair("metrics-server", "100m", "200Mi"), image: "registry.k8s.io/metrics-server/metrics-server:v0.8.0" },
    autoscaler(sample),
  ];
}

function daemons(sample: Sample): readonly WorkloadSpec[] {
  const daemon = {
    kind: "DaemonSet",
    ...system,
    spec: {
      tolerations: everywhere,
      hostNetwork: true,
      priorityClassName: "system-node-critical",
      serviceAccountName: "aws-node",
    },
  } as const;
  const proxy = `${registry}/eks/kube-proxy:v${sample.kubernetesVersion}-minimal-eksbuild.2`;
  return [
    { ...daemon, name: "aws-node", cpu: "50m", memory: "64Mi", image: `${registry}/amazon-k8s-cni:v1.20.1-eksbuild.1` },
    { ...daemon, name: "kube-proxy", cpu: "100m", memory: "64Mi", image: proxy },
    {
      ...daemon,
      name: "ebs-csi-node",
      cpu: "30m",
      memory: "120Mi",
      image: `${registry}/eks/aws-ebs-csi-driver:v1.48.0`,
    },
    {
      kind: "DaemonSet",
      namespace: "platform",
      name: "fluent-bit",
      cpu: "100m",
      memory: "150Mi",
      image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34.0",
      spec: { tolerations: everywhere },
    },
  ];
}

function autoscaler(sample: Sample): WorkloadSpec {
  const minor = sample.kubernetesVersion.split(".").slice(0, 2).join(".");
  const tags = ["k8s.io/cluster-autoscaler/enabled", `k8s.io/cluster-autoscaler/${sample.clusterName}`];
  return {
    kind: "Deployment",
    ...system,
    name: "cluster-autoscaler",
    replicas: 1,
    cpu: "100m",
    memory: "600Mi",
    image: `registry.k8s.io/autoscaling/cluster-autoscaler:v${minor}.1`,
    labels: { app: "cluster-autoscaler" },
    args: [
      "./cluster-autoscaler",
      "--v=4",
      "--cloud-provider=aws",
      `--node-group-auto-discovery=asg:tag=${tags.join(",")}`,
      ...sample.autoscalerFlags,
    ],
    annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
    spec: { ...critical, serviceAccountName: "cluster-autoscaler" },
  };
}
