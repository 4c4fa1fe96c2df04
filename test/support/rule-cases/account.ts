import type { Account } from "../../../src/aws/account.ts";
import type { JsonObject } from "../../../src/kube/objects.ts";
import type { ClusterObjects } from "../../../src/kube/resources.ts";
import type { Snapshot } from "../../../src/snapshot/snapshot.ts";
import {
  accountOf,
  daemonSet,
  deployment,
  eksCluster,
  node,
  object,
  nodeGroup,
  pods,
  securityGroup,
  snapshot,
  subnet,
} from "../builders.ts";
import type { RuleCases } from "./case.ts";

const of = (rest: Partial<Account>, objects: ClusterObjects = {}): Snapshot =>
  snapshot({ account: accountOf([nodeGroup({ name: "workers", instanceIds: ["i-a"] })], rest), objects });
const plain = of({});
const clusterTag = { "kubernetes.io/cluster/test": "owned" };
const discovery = { "karpenter.sh/discovery": "test" };
const nodeRole = (attachedPolicyArns: readonly string[]): Partial<Account> => ({
  roles: [
    {
      role: { RoleName: "test-nodes", Arn: "arn:aws:iam::111122223333:role/test-nodes" },
      attachedPolicyArns,
      policies: {},
    },
  ],
});
const ipv6: Partial<Account> = { cluster: eksCluster({ kubernetesNetworkConfig: { ipFamily: "ipv6" } }) };
const csi = (): ClusterObjects => ({
  serviceaccounts: [],
  deployments: [
    deployment({
      name: "ebs-csi-controller",
      namespace: "kube-system",
      spec: {
        serviceAccountName: "ebs-csi-controller-sa",
        containers: [{ name: "ebs-plugin", image: "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.48.0" }],
      },
    }),
  ],
});
const managed = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
const extra = (groups: readonly string[]): Snapshot =>
  snapshot({
    account: accountOf(
      [
        nodeGroup({
          name: "workers",
          nodegroup: { launchTemplate: { id: "lt-1", name: "workers", version: "1" } },
          autoScalingGroup: { LaunchTemplate: { LaunchTemplateId: "lt-1", Version: "1" } },
        }),
      ],
      {
        launchTemplateVersions: [
          {
            LaunchTemplateId: "lt-1",
            LaunchTemplateName: "workers",
            VersionNumber: 1,
            LaunchTemplateData: { SecurityGroupIds: [...groups] },
          },
        ],
      },
    ),
  });
const routes = (route: JsonObject): Partial<Account> => ({
  routeTables: [{ RouteTableId: "rtb-1", VpcId: "vpc-1", Associations: [{ Main: true }], Routes: [route] }],
});
const crowded: ClusterObjects = {
  nodes: [node({ name: "a", nodegroup: "workers", instanceId: "i-a" })],
  pods: pods(20, { node: "a" }),
};
const quota = (value: number): Partial<Account> => ({
  serviceQuotas: [{ QuotaCode: "L-1216C47A", QuotaName: "Running On-Demand Standard instances", Value: value }],
});

/** The account around the cluster. */
export const accountCases: RuleCases = {
  DV3001: { fires: of({ openIdConnectProviders: [] }), quiet: plain },
  DV3002: { fires: of({ cluster: eksCluster({ accessConfig: { authenticationMode: "CONFIG_MAP" } }) }), quiet: plain },
  DV3003: {
    fires: snapshot({ account: accountOf([nodeGroup({ name: "general" }), nodeGroup({ name: "batch" })]) }),
    quiet: plain,
  },
  DV3004: {
    fires: snapshot({
      account: accountOf([nodeGroup({ name: "batch", nodegroup: { capacityType: "SPOT" } })], {
        hasSpotServiceLinkedRole: false,
      }),
    }),
    quiet: plain,
  },
  DV3005: {
    fires: of(
      { subnets: [subnet("subnet-a", { free: 12 })], instances: [{ InstanceId: "i-a", SubnetId: "subnet-a" }] },
      crowded,
    ),
    quiet: of(
      { subnets: [subnet("subnet-a", { free: 120 })], instances: [{ InstanceId: "i-a", SubnetId: "subnet-a" }] },
      crowded,
    ),
  },
  DV3006: {
    fires: of({ securityGroups: [securityGroup("sg-cluster", clusterTag), securityGroup("sg-nodes", clusterTag)] }),
    quiet: of({ securityGroups: [securityGroup("sg-cluster", clusterTag), securityGroup("sg-nodes")] }),
  },
  DV3007: {
    fires: of(routes({ DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local" })),
    quiet: of(routes({ DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" })),
  },
  DV3008: { fires: of(quota(2), crowded), quiet: of(quota(64), crowded) },
  DV3010: { fires: of({ subnets: [subnet("subnet-a"), subnet("subnet-b")] }), quiet: plain },
  DV3011: {
    fires: of(nodeRole([managed("AmazonEKSWorkerNodePolicy")])),
    quiet: of(nodeRole([managed("AmazonEKSWorkerNodePolicy"), managed("AmazonEC2ContainerRegistryReadOnly")])),
  },
  DV3015: { fires: of({ cluster: eksCluster({ status: "UPDATING" }) }), quiet: plain },
  DV3016: { fires: extra(["sg-cluster", "sg-db-clients"]), quiet: extra(["sg-cluster"]) },
  DV3017: {
    fires: of({ openIdConnectProviders: [] }),
    quiet: of({ openIdConnectProviders: [], addons: [{ addonName: "eks-pod-identity-agent" }] }),
  },
  DV3018: {
    fires: of(ipv6, { serviceaccounts: [] }),
    quiet: of(ipv6, {
      serviceaccounts: [
        object("v1", "ServiceAccount", {
          name: "aws-node",
          namespace: "kube-system",
          annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/cni" },
        }),
      ],
      daemonsets: [daemonSet({ name: "aws-node", namespace: "kube-system", spec: { serviceAccountName: "aws-node" } })],
    }),
  },
  DV3019: {
    fires: of(nodeRole([managed("service-role/AmazonEBSCSIDriverPolicy")]), csi()),
    quiet: of(
      {
        ...nodeRole([managed("service-role/AmazonEBSCSIDriverPolicy")]),
        addons: [{ addonName: "aws-ebs-csi-driver", serviceAccountRoleArn: "arn:aws:iam::111122223333:role/csi" }],
      },
      csi(),
    ),
  },
  DV5002: {
    fires: of({ subnets: [subnet("subnet-a", { tags: discovery }), subnet("subnet-b", { zone: "us-east-1b" })] }),
    quiet: of({ subnets: [subnet("subnet-a", { tags: discovery })] }),
  },
  DV5013: {
    fires: of({ subnets: [subnet("subnet-a", { tags: discovery })] }),
    quiet: of({
      subnets: [subnet("subnet-a", { tags: discovery })],
      securityGroups: [securityGroup("sg-cluster", discovery)],
    }),
  },
};
