/**
 * The cluster of the slow tier: two managed node groups and one self-managed group, 9 nodes, about 80 pods with PodDisruptionBudgets, Cluster Autoscaler
 * deployed. All of it made through public APIs, as a platform team would have made it.
 */
import { stringify } from "yaml";
import { eventually, type RealWorld, startWorld, type WorldRequest } from "./world.ts";

export const shopCluster = "shop-prod";

/** Starts the world and waits until all nodes and pods are there. */
export async function startShop(request: Partial<WorldRequest> = {}): Promise<RealWorld> {
  const base = awsSide();
  const world = await startWorld({ ...base, ...request, calls: [...(base.calls ?? []), ...(request.calls ?? [])] });
  try {
    world.kubectlInput(manifests(awsAuth(world)), "apply", "--server-side", "-f", "-");
    await eventually("9 nodes", 120_000, () => nodeCount(world) === 9 || undefined);
    world.kubectlInput(manifests([...system(), ...workloads()]), "apply", "--server-side", "-f", "-");
    await eventually("all pods running", 240_000, () => pendingPods(world) === 0 || undefined);
    return world;
  } catch (error) {
    await world.stop();
    throw error;
  }
}

export function nodeCount(world: RealWorld): number {
  return lines(world.kubectl("get", "nodes", "-o", "name"));
}

/** Pods that do not run, and Deployments that are not complete yet. */
export function pendingPods(world: RealWorld): number {
  const all = JSON.parse(world.kubectl("get", "pods", "-A", "-o", "json")) as {
    items: { status: { phase?: string } }[];
  };
  const short = JSON.parse(world.kubectl("get", "deployments,statefulsets", "-A", "-o", "json")) as {
    items: { spec: { replicas: number }; status: { readyReplicas?: number } }[];
  };
  const missing = short.items.reduce((sum, item) => sum + item.spec.replicas - (item.status.readyReplicas ?? 0), 0);
  return all.items.filter((pod) => pod.status.phase !== "Running").length + missing;
}

function awsSide(): WorldRequest {
  const scaling = (minSize: number, desiredSize: number, maxSize: number): unknown => ({
    minSize,
    desiredSize,
    maxSize,
  });
  return {
    clusterName: shopCluster,
    nodegroups: [
      { nodegroupName: "web", instanceTypes: ["m5.large"], scalingConfig: scaling(2, 4, 8), labels: { tier: "web" } },
      {
        nodegroupName: "batch",
        instanceTypes: ["c5.xlarge", "m5.xlarge"],
        capacityType: "SPOT",
        scalingConfig: scaling(0, 2, 6),
        labels: { tier: "batch" },
        taints: [{ key: "batch", value: "true", effect: "NO_SCHEDULE" }],
      },
    ],
    calls: selfManaged("legacy", 3),
  };
}

/** A self-managed group as the CloudFormation template of the EKS guide makes it: launch template, instance profile, discovery tags. */
function selfManaged(name: string, desired: number): readonly Readonly<Record<string, unknown>>[] {
  const userData = [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="B"',
    "",
    "--B",
    "Content-Type: application/node.eks.aws",
    "",
    stringify({
      apiVersion: "node.eks.aws/v1alpha1",
      kind: "NodeConfig",
      spec: {
        cluster: {
          name: shopCluster,
          apiServerEndpoint: "https://unused.example",
          certificateAuthority: "Cg==",
          cidr: "172.20.0.0/16",
        },
        kubelet: { flags: ["--node-labels=tier=legacy,node.kubernetes.io/lifecycle=normal"], config: { maxPods: 29 } },
      },
    }),
    "--B--",
    "",
  ].join("\r\n");
  const tag = (Key: string, Value: string): unknown => ({
    Key,
    Value,
    PropagateAtLaunch: true,
    ResourceId: name,
    ResourceType: "auto-scaling-group",
  });
  return [
    { service: "iam", operation: "create_instance_profile", params: { InstanceProfileName: `${name}-profile` } },
    {
      service: "iam",
      operation: "add_role_to_instance_profile",
      params: { InstanceProfileName: `${name}-profile`, RoleName: `${shopCluster}-node` },
    },
    {
      service: "ssm",
      operation: "get_parameter",
      as: "ami",
      params: { Name: "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id" },
    },
    {
      service: "ec2",
      operation: "create_launch_template",
      as: "template",
      params: {
        LaunchTemplateName: `${name}-template`,
        LaunchTemplateData: {
          ImageId: "${ami.Parameter.Value}",
          InstanceType: "m5.xlarge",
          IamInstanceProfile: { Name: `${name}-profile` },
          SecurityGroupIds: [`\${${shopCluster}.securityGroup}`],
          UserData: Buffer.from(userData).toString("base64"),
          MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
          BlockDeviceMappings: [
            {
              DeviceName: "/dev/xvda",
              Ebs: { VolumeSize: 50, VolumeType: "gp3", Encrypted: true, DeleteOnTermination: true },
            },
          ],
        },
      },
    },
    {
      service: "autoscaling",
      operation: "create_auto_scaling_group",
      params: {
        AutoScalingGroupName: name,
        LaunchTemplate: { LaunchTemplateId: "${template.LaunchTemplate.LaunchTemplateId}", Version: "1" },
        MinSize: 1,
        MaxSize: 5,
        DesiredCapacity: desired,
        VPCZoneIdentifier: `\${${shopCluster}.private.0},\${${shopCluster}.private.1},\${${shopCluster}.private.2}`,
        Tags: [
          tag("Name", `${shopCluster}-${name}`),
          tag(`kubernetes.io/cluster/${shopCluster}`, "owned"),
          tag("k8s.io/cluster-autoscaler/enabled", "true"),
          tag(`k8s.io/cluster-autoscaler/${shopCluster}`, "owned"),
        ],
      },
    },
  ];
}

type Manifest = Readonly<Record<string, unknown>>;

function manifests(list: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: list });
}

function awsAuth(world: RealWorld): readonly Manifest[] {
  const mapRoles = `# node groups\n- rolearn: arn:aws:iam::${world.accountId}:role/${shopCluster}-node\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:bootstrappers, system:nodes]\n`;
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "aws-auth", namespace: "kube-system" },
      data: { mapRoles },
    },
  ];
}

function system(): readonly Manifest[] {
  const everywhere = { tolerations: [{ operator: "Exists" }] };
  const daemon = (name: string, cpu: string, memory: string): Manifest => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "kube-system" },
    spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name, cpu, memory, everywhere) },
  });
  const args = [
    "./cluster-autoscaler",
    "--cloud-provider=aws",
    `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${shopCluster}`,
    "--balance-similar-node-groups",
    "--expander=least-waste",
  ];
  const autoscaler = deployment(
    "kube-system",
    "cluster-autoscaler",
    1,
    podTemplate(
      "cluster-autoscaler",
      "100m",
      "300Mi",
      { serviceAccountName: "cluster-autoscaler" },
      { image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0", command: args },
    ),
  );
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: "kube-system" },
      spec: { selector: { app: "coredns" }, ports: [{ port: 53, protocol: "UDP" }] },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "cluster-autoscaler", namespace: "kube-system" } },
    daemon("aws-node", "50m", "64Mi"),
    daemon("kube-proxy", "100m", "64Mi"),
    autoscaler,
    deployment("kube-system", "coredns", 2, podTemplate("coredns", "100m", "70Mi")),
    budget("kube-system", "coredns", { maxUnavailable: 1 }),
  ];
}

function workloads(): readonly Manifest[] {
  const batch = {
    nodeSelector: { tier: "batch" },
    tolerations: [{ key: "batch", operator: "Equal", value: "true", effect: "NoSchedule" }],
  };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "shop" } },
    deployment("shop", "frontend", 12, podTemplate("frontend", "150m", "128Mi")),
    budget("shop", "frontend", { maxUnavailable: "25%" }),
    deployment("shop", "cart", 10, podTemplate("cart", "200m", "256Mi")),
    budget("shop", "cart", { minAvailable: "80%" }),
    deployment("shop", "catalogue", 8, podTemplate("catalogue", "200m", "512Mi")),
    budget("shop", "catalogue", { maxUnavailable: 2 }),
    deployment("shop", "search", 6, podTemplate("search", "300m", "768Mi")),
    deployment("shop", "worker", 8, podTemplate("worker", "500m", "512Mi", batch)),
    budget("shop", "worker", { maxUnavailable: 2 }),
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "ledger", namespace: "shop" },
      spec: {
        replicas: 3,
        serviceName: "ledger",
        podManagementPolicy: "Parallel",
        selector: { matchLabels: { app: "ledger" } },
        template: podTemplate("ledger", "250m", "512Mi"),
      },
    },
    budget("shop", "ledger", { maxUnavailable: 1 }),
    deployment("shop", "reports", 12, podTemplate("reports", "100m", "128Mi")),
  ];
}

function deployment(namespace: string, name: string, replicas: number, template: Manifest): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
  };
}

function budget(namespace: string, app: string, allows: Manifest): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: app, namespace },
    spec: { selector: { matchLabels: { app } }, ...allows },
  };
}

function podTemplate(
  app: string,
  cpu: string,
  memory: string,
  spec: Manifest = {},
  container: Manifest = {},
): Manifest {
  const resources = { requests: { cpu, memory }, limits: { memory } };
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: app, image: `example.com/${app}:1.0`, resources, ...container }], ...spec },
  };
}

function lines(text: string): number {
  return text.split("\n").filter((line) => line !== "").length;
}
