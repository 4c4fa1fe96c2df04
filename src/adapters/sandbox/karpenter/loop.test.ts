import { expect, test } from "vitest";
import type { JsonObject } from "../../../kube/objects.ts";
import type { World } from "../../../ports/world.ts";
import { openSandbox } from "../open.ts";

const minute = 60_000;
const cluster = "orchard-prod";

async function wire(world: World): Promise<void> {
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      },
    ],
  });
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "ec2:*", Resource: "*" }],
  });
  const { Role } = (await world.cloud.call("iam:CreateRole", {
    RoleName: "karpenter",
    AssumeRolePolicyDocument: trust,
  })) as { Role: JsonObject };
  await world.cloud.call("iam:PutRolePolicy", { RoleName: "karpenter", PolicyName: "all", PolicyDocument: document });
  await world.cloud.call("eks:CreatePodIdentityAssociation", {
    clusterName: cluster,
    namespace: "kube-system",
    serviceAccount: "karpenter",
    roleArn: Role["Arn"],
  });
}

async function install(world: World): Promise<void> {
  const common = { namespace: "kube-system", version: "1.14.1", timeoutMs: minute };
  await world.charts.install({
    ...common,
    release: "karpenter-crd",
    chart: "oci://public.ecr.aws/karpenter/karpenter-crd",
    values: {},
  });
  const values = { settings: { clusterName: cluster } };
  await world.charts.install({
    ...common,
    release: "karpenter",
    chart: "oci://public.ecr.aws/karpenter/karpenter",
    values,
  });
}

async function addPool(world: World, limits?: JsonObject): Promise<void> {
  const [subnet] = await world.cloud.all(
    "ec2:DescribeSubnets",
    { Filters: [{ Name: "tag-key", Values: ["kubernetes.io/role/internal-elb"] }] },
    "Subnets",
  );
  const { cluster: described } = await world.cloud.call("eks:DescribeCluster", { name: cluster });
  const group = (described as { resourcesVpcConfig: { clusterSecurityGroupId: string } }).resourcesVpcConfig
    .clusterSecurityGroupId;
  await world.cluster.apply("ec2nodeclasses", {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: {
      role: `${cluster}-node`,
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ id: subnet?.["SubnetId"] }],
      securityGroupSelectorTerms: [{ id: group }],
    },
  });
  await world.cluster.apply("nodepools", {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "general" },
    spec: {
      template: {
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
            { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
            { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          ],
        },
      },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30s", budgets: [{ nodes: "100%" }] },
      ...(limits === undefined ? {} : { limits }),
    },
  });
}

async function stopAutoscaler(world: World): Promise<void> {
  await world.cluster.patch(
    { resource: "deployments", namespace: "kube-system", name: "cluster-autoscaler" },
    "merge",
    { spec: { replicas: 0 } },
  );
}

async function scale(world: World, replicas: number): Promise<void> {
  await world.cluster.patch({ resource: "deployments", namespace: "catalog", name: "pricing" }, "merge", {
    spec: { replicas },
  });
}

async function running(world: World, name: string): Promise<number> {
  const pods = await world.cluster.list("pods", { labelSelector: `app.kubernetes.io/name=${name}` });
  return pods.filter((pod) => pod.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True"))
    .length;
}

test("without an identity its pods crash and say why; with one they become ready", async () => {
  const { world } = await openSandbox({ name: "clean" });
  await install(world);
  await world.clock.sleep(minute);
  expect(await running(world, "karpenter")).toBe(0);
  const [pod] = await world.cluster.list("pods", { labelSelector: "app.kubernetes.io/name=karpenter" });
  const log = await world.cluster.logs({ namespace: "kube-system", name: pod?.metadata.name ?? "", tailLines: 10 });
  expect(log).toContain("Pod Identity association");
  await wire(world);
  await world.clock.sleep(minute);
  expect(await running(world, "karpenter")).toBe(2);
});

test("pods that fit nowhere get nodes of a pool, which join, are initialized, and go when they are empty", async () => {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  await wire(world);
  await install(world);
  await addPool(world);
  await stopAutoscaler(world);
  await world.clock.sleep(minute);
  await scale(world, 60);
  await world.clock.sleep(3 * minute);
  const claims = await world.cluster.list("nodeclaims");
  expect(claims.length).toBeGreaterThan(0);
  expect(await world.cluster.list("pods", { fieldSelector: "status.phase=Pending" })).toEqual([]);
  const nodes = await world.cluster.list("nodes", {
    labelSelector: "karpenter.sh/nodepool=general,karpenter.sh/initialized=true",
  });
  expect(nodes).toHaveLength(claims.length);
  await scale(world, 4);
  await world.clock.sleep(6 * minute);
  expect((await world.cluster.list("nodeclaims")).length).toBeLessThan(claims.length);
  expect(
    sandbox.audit.some((entry) => entry.operation === "ec2:TerminateInstances" && entry.actor === "karpenter"),
  ).toBe(true);
});

test("a pool with a cpu limit of zero makes nothing", async () => {
  const { world } = await openSandbox({ name: "clean" });
  await wire(world);
  await install(world);
  await addPool(world, { cpu: "0" });
  await stopAutoscaler(world);
  await world.clock.sleep(minute);
  await scale(world, 60);
  await world.clock.sleep(3 * minute);
  expect(await world.cluster.list("nodeclaims")).toEqual([]);
  expect((await world.cluster.list("pods", { fieldSelector: "status.phase=Pending" })).length).toBeGreaterThan(0);
});

test("capacity that EC2 refuses is left out and another type is launched", async () => {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  await wire(world);
  await install(world);
  await addPool(world);
  await stopAutoscaler(world);
  await world.clock.sleep(minute);
  for (const category of ["c5a", "c6a", "c5", "c7a", "c7i-flex", "m5a", "m6a"]) {
    for (const size of ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge"])
      sandbox.core.faults.add({ kind: "no-capacity", instanceType: `${category}.${size}` });
  }
  await scale(world, 60);
  await world.clock.sleep(4 * minute);
  expect(await world.cluster.list("pods", { fieldSelector: "status.phase=Pending" })).toEqual([]);
});
