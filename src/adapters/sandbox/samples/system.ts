import type { SampleSpec, WorkloadSpec } from "./spec.ts";

const everywhere = [{ operator: "Exists" }] as const;

/** What every EKS cluster runs in kube-system, and the Cluster Autoscaler of this one. */
export function systemWorkloads(
  sample: Pick<SampleSpec, "clusterName" | "kubernetesVersion" | "autoscalerFlags">,
): readonly WorkloadSpec[] {
  const minor = sample.kubernetesVersion.split(".").slice(0, 2).join(".");
  const system = { namespace: "kube-system" } as const;
  const critical = { priorityClassName: "system-cluster-critical" };
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
  return [
    {
      ...daemon,
      name: "aws-node",
      cpu: "50m",
      memory: "64Mi",
      image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/amazon-k8s-cni:v1.20.1-eksbuild.1",
    },
    {
      ...daemon,
      name: "kube-proxy",
      cpu: "100m",
      memory: "64Mi",
      image: `602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/kube-proxy:v${sample.kubernetesVersion}-minimal-eksbuild.2`,
    },
    {
      ...daemon,
      name: "ebs-csi-node",
      cpu: "30m",
      memory: "120Mi",
      image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/aws-ebs-csi-driver:v1.48.0",
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
    {
      kind: "Deployment",
      ...system,
      name: "coredns",
      replicas: 2,
      cpu: "100m",
      memory: "170Mi",
      image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/coredns:v1.12.3-eksbuild.1",
      budget: { maxUnavailable: 1 },
      spread: "node",
      spec: critical,
    },
    {
      kind: "Deployment",
      ...system,
      name: "ebs-csi-controller",
      replicas: 2,
      cpu: "60m",
      memory: "240Mi",
      image: "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/aws-ebs-csi-driver:v1.48.0",
      budget: { maxUnavailable: 1 },
      spread: "node",
      spec: critical,
    },
    {
      kind: "Deployment",
      ...system,
      name: "metrics-server",
      replicas: 2,
      cpu: "100m",
      memory: "200Mi",
      image: "registry.k8s.io/metrics-server/metrics-server:v0.8.0",
      budget: { maxUnavailable: 1 },
      spread: "node",
      spec: critical,
    },
    {
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
        `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${sample.clusterName}`,
        ...sample.autoscalerFlags,
      ],
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
      spec: { ...critical, serviceAccountName: "cluster-autoscaler" },
    },
  ];
}
