import type { Random } from "../time/random.ts";
import type { AwsState, AwsTable, Row } from "../account/state.ts";
import type { ImageKind, SampleSpec } from "./spec.ts";
import { accountId, addRole, created, type Facts, minorOf, region, tags } from "./facts.ts";
import { makeGroup } from "./groups.ts";

const zoneIds: Readonly<Record<string, string>> = { a: "use1-az1", b: "use1-az2", c: "use1-az4" };

/** The account of a sample cluster: network, roles, cluster and node groups, all with no instance yet. */
export function sampleAccount(sample: SampleSpec, random: Random): AwsState {
  const state: AwsState = { accountId, region, tables: {} };
  const put = (table: AwsTable, key: string, row: Row): void => {
    (state.tables[table] ??= {})[key] = row;
  };
  const network: Facts = {
    sample,
    random,
    put,
    vpc: `vpc-0${random.hex(16)}`,
    subnets: { a: `subnet-0${random.hex(16)}`, b: `subnet-0${random.hex(16)}`, c: `subnet-0${random.hex(16)}` },
    clusterSecurityGroup: `sg-0${random.hex(16)}`,
    nodeSecurityGroup: `sg-0${random.hex(16)}`,
    images: { x86_64: `ami-0${random.hex(16)}` },
    nodeRole: `${sample.clusterName}-node`,
  };
  addNetwork(network);
  const facts = { ...network, images: addImages(network) };
  addRoles(facts);
  addCluster(facts);
  for (const group of sample.groups) makeGroup(facts, group);
  return state;
}

function addNetwork(facts: Facts): void {
  const { put, sample, vpc, random } = facts;
  const name = sample.clusterName;
  put("ec2.vpcs", vpc, {
    VpcId: vpc,
    CidrBlock: "10.0.0.0/16",
    State: "available",
    OwnerId: accountId,
    Tags: tags({ Name: `${name}-vpc` }),
  });
  const route = `rtb-0${random.hex(16)}`;
  const nat = { DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: `nat-0${random.hex(16)}`, State: "active" };
  put("ec2.routeTables", route, {
    RouteTableId: route,
    VpcId: vpc,
    Routes: [nat],
    Associations: Object.values(facts.subnets).map((SubnetId) => ({ SubnetId, RouteTableId: route })),
    Tags: [],
  });
  const { prefixLength, freeAddresses } = sample.subnets ?? { prefixLength: 20, freeAddresses: 4091 };
  Object.entries(facts.subnets).forEach(([letter, id], i) => {
    const cidr = `10.0.${(i + 1) * 16}.0/${prefixLength}`;
    put("ec2.subnets", id, subnet(facts, { id, letter, cidr, free: freeAddresses, isPublic: false }));
    const publicId = `subnet-0${random.hex(16)}`;
    put(
      "ec2.subnets",
      publicId,
      subnet(facts, { id: publicId, letter, cidr: `10.0.${200 + i}.0/24`, free: 248, isPublic: true }),
    );
  });
  const owned = { [`kubernetes.io/cluster/${name}`]: "owned" };
  put("ec2.securityGroups", facts.clusterSecurityGroup, {
    GroupId: facts.clusterSecurityGroup,
    GroupName: `eks-cluster-sg-${name}-${random.integer(100000, 999999)}`,
    VpcId: vpc,
    OwnerId: accountId,
    Description:
      "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.",
    Tags: tags({ ...owned, "aws:eks:cluster-name": name }),
  });
  put("ec2.securityGroups", facts.nodeSecurityGroup, {
    GroupId: facts.nodeSecurityGroup,
    GroupName: `${name}-node`,
    VpcId: vpc,
    OwnerId: accountId,
    Description: "self-managed nodes",
    Tags: tags({ Name: `${name}-node` }),
  });
}

function subnet(
  facts: Facts,
  one: {
    readonly id: string;
    readonly letter: string;
    readonly cidr: string;
    readonly free: number;
    readonly isPublic: boolean;
  },
): Row {
  const name = `${facts.sample.clusterName}-${one.isPublic ? "public" : "private"}-${one.letter}`;
  const role = one.isPublic ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb";
  return {
    SubnetId: one.id,
    SubnetArn: `arn:aws:ec2:${region}:${accountId}:subnet/${one.id}`,
    VpcId: facts.vpc,
    AvailabilityZone: `${region}${one.letter}`,
    AvailabilityZoneId: zoneIds[one.letter],
    CidrBlock: one.cidr,
    AvailableIpAddressCount: one.free,
    State: "available",
    OwnerId: accountId,
    MapPublicIpOnLaunch: one.isPublic,
    Tags: tags({ Name: name, [`kubernetes.io/cluster/${facts.sample.clusterName}`]: "shared", [role]: "1" }),
  };
}

const imageKinds = ["x86_64", "arm64", "nvidia"] as const;

function addImages(facts: Facts): Facts["images"] {
  const images: Facts["images"] = {
    ...facts.images,
    arm64: `ami-0${facts.random.hex(16)}`,
    ...(facts.sample.groups.some((group) => group.image === "nvidia")
      ? { nvidia: `ami-0${facts.random.hex(16)}` }
      : {}),
  };
  for (const kind of imageKinds) {
    const id = images[kind];
    if (id !== undefined) addImage(facts, { kind, id });
  }
  facts.put("quotas", "L-1216C47A", {
    ServiceCode: "ec2",
    QuotaCode: "L-1216C47A",
    QuotaName: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    Value: 640,
    Unit: "None",
  });
  facts.put("quotas", "L-34B43A08", {
    ServiceCode: "ec2",
    QuotaCode: "L-34B43A08",
    QuotaName: "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
    Value: 640,
    Unit: "None",
  });
  return images;
}

function addImage(facts: Facts, { kind, id }: { readonly kind: ImageKind; readonly id: string }): void {
  const minor = minorOf(facts.sample);
  const arch = kind === "arm64" ? "arm64" : "x86_64";
  const variant = kind === "nvidia" ? "nvidia" : "standard";
  const disk = { VolumeSize: 20, VolumeType: "gp3", DeleteOnTermination: true };
  const name = `amazon-eks-node-al2023-${arch}-${variant}-${minor}-v20250819`;
  facts.put("ec2.images", id, {
    ImageId: id,
    Name: name,
    OwnerId: "602401143452",
    Architecture: arch,
    State: "available",
    Public: true,
    CreationDate: "2025-08-19T02:10:31.000Z",
    PlatformDetails: "Linux/UNIX",
    RootDeviceName: "/dev/xvda",
    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: disk }],
  });
  // By the name of the image and as the one that EKS recommends: what `@v20250819` and `@latest` of an alias resolve by.
  for (const version of [name, "recommended"]) {
    const path = `/aws/service/eks/optimized-ami/${minor}/amazon-linux-2023/${arch}/${variant}/${version}/image_id`;
    facts.put("ssm.parameters", path, { Name: path, Type: "String", Value: id, Version: 12, DataType: "text" });
  }
}

function addRoles(facts: Facts): void {
  const { sample } = facts;
  addRole(facts, `${sample.clusterName}-cluster`, "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]);
  addRole(facts, facts.nodeRole, "ec2.amazonaws.com", [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
  ]);
  if (sample.hasSpotRole)
    addRole(facts, "AWSServiceRoleForEC2Spot", "spot.amazonaws.com", [], "/aws-service-role/spot.amazonaws.com/");
}

function addCluster(facts: Facts): void {
  const { sample, put, random } = facts;
  const id = random.hex(32).toUpperCase();
  const issuer = `oidc.eks.${region}.amazonaws.com/id/${id}`;
  put("eks.clusters", sample.clusterName, {
    name: sample.clusterName,
    arn: `arn:aws:eks:${region}:${accountId}:cluster/${sample.clusterName}`,
    createdAt: created,
    version: minorOf(sample),
    endpoint: `https://${id}.gr7.${region}.eks.amazonaws.com`,
    roleArn: `arn:aws:iam::${accountId}:role/${sample.clusterName}-cluster`,
    resourcesVpcConfig: {
      subnetIds: Object.values(facts.subnets),
      securityGroupIds: [],
      clusterSecurityGroupId: facts.clusterSecurityGroup,
      vpcId: facts.vpc,
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
      publicAccessCidrs: ["0.0.0.0/0"],
    },
    kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16", ipFamily: "ipv4" },
    identity: { oidc: { issuer: `https://${issuer}` } },
    status: "ACTIVE",
    certificateAuthority: { data: "LS0tLS1TQU5EQk9YLS0tLS0=" },
    platformVersion: "eks.9",
    tags: { team: "platform" },
    accessConfig: { authenticationMode: sample.authenticationMode },
    upgradePolicy: { supportType: "STANDARD" },
  });
  if (sample.hasOidcProvider) {
    put("iam.oidcProviders", `arn:aws:iam::${accountId}:oidc-provider/${issuer}`, {
      Url: issuer,
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: [],
      CreateDate: created,
      Tags: [],
    });
  }
  for (const name of ["vpc-cni", "kube-proxy", "coredns", "aws-ebs-csi-driver"]) {
    put("eks.addons", name, {
      addonName: name,
      clusterName: sample.clusterName,
      status: "ACTIVE",
      addonVersion: addonVersions[name],
      addonArn: `arn:aws:eks:${region}:${accountId}:addon/${sample.clusterName}/${name}/${random.uuid()}`,
      createdAt: created,
      modifiedAt: created,
      tags: {},
      health: { issues: [] },
    });
  }
  if (sample.authenticationMode === "CONFIG_MAP") return;
  const arn = `arn:aws:eks:${region}:${accountId}:access-entry/${sample.clusterName}`;
  for (const principal of [`arn:aws:iam::${accountId}:role/${facts.nodeRole}`]) {
    put("eks.accessEntries", principal, {
      clusterName: sample.clusterName,
      principalArn: principal,
      kubernetesGroups: ["system:nodes"],
      accessEntryArn: `${arn}/role/${accountId}/${facts.nodeRole}/${random.uuid()}`,
      createdAt: created,
      modifiedAt: created,
      tags: {},
      username: "system:node:{{EC2PrivateDNSName}}",
      type: "EC2_LINUX",
      _policies: [],
    });
  }
}

const addonVersions: Readonly<Record<string, string>> = {
  "vpc-cni": "v1.20.1-eksbuild.1",
  "kube-proxy": "v1.34.0-eksbuild.2",
  coredns: "v1.12.3-eksbuild.1",
  "aws-ebs-csi-driver": "v1.48.0-eksbuild.1",
};
