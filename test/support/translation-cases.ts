import { account } from "./account.ts";
import { joinedGroup, launchTemplate } from "./node-groups.ts";
import type { Account } from "../../src/aws/account.ts";
import type { AutoscalerInstallation, NodeGroup } from "../../src/autoscaler/types.ts";
import type { Finding } from "../../src/findings/finding.ts";
import type { JsonObject, KubeObject } from "../../src/kube/objects.ts";
import { convert } from "../../src/translation/convert/convert.ts";
import type { TranslateInput, TranslateOptions } from "../../src/translation/input.ts";
import { translate } from "../../src/translation/translate.ts";
import { codecs } from "../../src/app/translate/codecs.ts";
import { checked } from "../../src/app/translate/translate.ts";

/** What makes a finding: its code, the node groups, and what else is known or asked for. */
export type TranslationCase = readonly [
  code: string,
  nodeGroups: readonly NodeGroup[],
  rest?: Partial<TranslateInput>,
  options?: TranslateOptions,
];

/** A node group of which there is nothing to say. */
export const plain = joinedGroup({ min: 0 });
const nodegroup = (rest: JsonObject): NodeGroup => joinedGroup({ min: 0, nodegroup: rest });
const scalingGroup = (rest: JsonObject): NodeGroup => joinedGroup({ min: 0, autoScalingGroup: rest });
const selfManaged = (data: JsonObject, rest: JsonObject = {}): NodeGroup =>
  joinedGroup(
    { min: 0, kind: "self-managed", autoScalingGroup: rest },
    { template: launchTemplate({ ImageId: "ami-1", InstanceType: "m5.large", ...data }) },
  );
const withRole = (policies: readonly string[]): Account =>
  account({
    roles: [
      {
        role: { RoleName: "test-nodes" },
        attachedPolicyArns: policies.map((name) => `arn:aws:iam::aws:policy/${name}`),
      },
    ],
  });
const autoscaler = (
  flags: Readonly<Record<string, string>>,
  priorities?: ReadonlyMap<number, readonly string[]>,
): AutoscalerInstallation => ({
  namespace: "kube-system",
  deployment: "cluster-autoscaler",
  replicas: 1,
  version: "1.34.0",
  image: "x",
  flags: new Map(Object.entries(flags).map(([name, value]) => [name, [value]])),
  expanders: (flags["expander"] ?? "least-waste").split(","),
  foundBy: [],
  ...(priorities === undefined ? {} : { priorities }),
});
const prefixes = { isCustomNetworking: false, isPrefixDelegation: true, isIpv6: false };
const redacted = "#!/bin/bash\nagent --token <redacted>\n/etc/eks/bootstrap.sh test\n";
const al2Script = "#!/bin/bash -e\namazon-linux-extras install -y nginx1\n/etc/eks/bootstrap.sh test\n";
const hiddenArguments =
  "#!/bin/bash\nsed -i '/^KUBELET_EXTRA_ARGS=/a KUBELET_EXTRA_ARGS+=\" --max-pods=110\"' /etc/eks/bootstrap.sh\n";
const al2Image: Account = account({
  images: [{ ImageId: "ami-1", Name: "amazon-eks-node-1.31-v20240807", ImageOwnerAlias: "amazon" }],
});

/** One case for every finding of translations. */
export const translationCases: readonly TranslationCase[] = [
  ["DV2001", [scalingGroup({ WarmPoolConfiguration: { MinSize: 1 } })]],
  ["DV2002", [nodegroup({ version: "1.33" })], { kubernetesVersion: "1.34" }],
  ["DV2003", [joinedGroup({ min: 2 })]],
  ["DV2004", [{ ...plain, max: undefined }]],
  [
    "DV2005",
    [selfManaged({}, { MixedInstancesPolicy: { InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 50 } } })],
  ],
  ["DV2006", [scalingGroup({ TargetGroupARNs: ["arn:aws:elasticloadbalancing:x"] })]],
  ["DV2007", [nodegroup({ capacityType: "CAPACITY_BLOCK" })]],
  ["DV2008", [selfManaged({ ImageId: undefined })]],
  ["DV2009", [selfManaged({})]],
  [
    "DV2010",
    [selfManaged({ UserData: "#!/bin/bash\n/etc/eks/bootstrap.sh test\nsystemctl restart x\n" })],
    { account: al2Image },
  ],
  ["DV2011", [nodegroup({ status: "DELETING" })]],
  ["DV2012", [nodegroup({ labels: { "karpenter.sh/x": "y" } })]],
  ["DV2014", [selfManaged({ UserData: "[settings.kubernetes\nx\n[settings.x]\n" })]],
  ["DV2015", [selfManaged({ UserData: redacted })], { account: al2Image }],
  ["DV2017", [plain], { autoscaler: autoscaler({ expander: "random" }) }],
  ["DV2018", [plain], { autoscaler: autoscaler({ "max-nodes-total": "9" }) }],
  [
    "DV2019",
    [joinedGroup({ name: "ng-a", subnets: ["subnet-a"] }), joinedGroup({ name: "ng-b", subnets: ["subnet-b"] })],
  ],
  ["DV2020", [plain], {}, { target: "v1beta1" }],
  ["DV2021", [plain], { account: withRole(["AmazonEKSWorkerNodePolicy", "AmazonS3FullAccess"]) }],
  ["DV2024", [nodegroup({ amiType: "AL2_x86_64" })]],
  [
    "DV2026",
    [
      joinedGroup({ name: "a", subnets: ["subnet-a"] }),
      joinedGroup({ name: "b", subnets: ["subnet-b"], nodegroup: { labels: { a: "b" } } }),
    ],
    {},
    { selectors: "tags" },
  ],
  ["DV2028", [plain], { autoscaler: autoscaler({ expander: "priority" }, new Map([[1, ["nothing"]]])) }],
  ["DV2029", [joinedGroup({ name: "a" }), joinedGroup({ name: "b", nodegroup: { labels: { a: "b" } } })]],
  ["DV2030", [selfManaged({ InstanceType: undefined, InstanceRequirements: { MemoryGiBPerVCpu: { Min: 4 } } })]],
  ["DV2031", [nodegroup({ labels: { "not a label!": "x" } })]],
  ["DV2032", [selfManaged({ UserData: "<binary user data: it is a damaged gzip archive>" })], { account: al2Image }],
  ["DV2033", [selfManaged({ UserData: al2Script })], { account: al2Image }, { amiAlias: "al2023@latest" }],
  ["DV2034", [selfManaged({ UserData: hiddenArguments })], { account: al2Image }],
  ["DV2035", [selfManaged({ UserData: "#!/bin/bash\nexport USE_MAX_PODS=false\n" })], { account: al2Image }],
  ["DV2036", [selfManaged({ UserData: "#include\nhttps://example.com/boot.sh\n" })], { account: al2Image }],
  ["DV2037", [joinedGroup({ min: 0, instanceTypes: ["m5.large", "m5.xlarge"] })], { cni: prefixes }],
  ["DV2038", [plain], { cni: { ...prefixes, isCustomNetworking: true } }],
  ["DV2045", [{ ...plain, eksctl: { name: "x", subnets: ["yard"] } }]],
  ["DV2046", [plain], { instanceTypes: { names: [], named: () => undefined, admitted: () => 0 } }],
  ["DV2039", [{ ...plain, unreadLaunch: "launch template web, version 3" }]],
];

/** Everything that a translation of the case says. */
export function findingsOf([, nodeGroups, rest = {}, options = {}]: TranslationCase): readonly Finding[] {
  const input = { nodeGroups, clusterName: "test", kubernetesVersion: "1.34", account: account(), codecs, ...rest };
  return checked(translate(input, options)).findings;
}

const provisioner = (spec: JsonObject): KubeObject & JsonObject => ({
  apiVersion: "karpenter.sh/v1alpha5",
  kind: "Provisioner",
  metadata: { name: "default" },
  spec,
});

const nodeTemplate: KubeObject = {
  apiVersion: "karpenter.k8s.aws/v1alpha1",
  kind: "AWSNodeTemplate",
  metadata: { name: "default" },
};

/** One Provisioner, and what stands beside it, for every finding of conversions. */
export const conversionCases: readonly (readonly [string, JsonObject, readonly KubeObject[]])[] = [
  ["DV2040", { providerRef: { name: "x" }, kubeletConfiguration: { containerRuntime: "dockerd" } }, []],
  ["DV2041", { providerRef: { name: "x" }, ttlSecondsUntilExpired: 60 }, []],
  ["DV2042", { provider: { launchTemplate: "lt" } }, []],
  ["DV2043", { providerRef: { name: "x" } }, []],
  ["DV2044", { provider: { instanceProfile: "nodes" } }, [nodeTemplate]],
];

/** Everything that a conversion of the Provisioner says. */
export function conversionFindings(spec: JsonObject, others: readonly KubeObject[]): readonly Finding[] {
  return convert([provisioner(spec), ...others]).findings;
}

/** A finding of each code that translating or converting makes, as an example. */
export function translationExample(code: string): Finding | undefined {
  const one = translationCases.find(([of]) => of === code);
  const conversion = conversionCases.find(([of]) => of === code);
  const findings =
    one !== undefined
      ? findingsOf(one)
      : conversion !== undefined
        ? conversionFindings(conversion[1], conversion[2])
        : [];
  return findings.find((finding) => finding.code === code);
}
