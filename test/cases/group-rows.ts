import { existsSync } from "node:fs";
import { expect } from "vitest";
import type { CaseRow } from "./rows.ts";
import { parseAll } from "./yaml.ts";

const run = (command: string, ...rest: readonly string[]) => [command, "--from", "{input}/input", ...rest];
const no = "do not migrate";

/** Cases of node groups, their scripts and what runs on them. */
export const groupRows: readonly CaseRow[] = [
  {
    name: "04-prefix-delegation-max-pods",
    title: "pods per node are those that today's nodes hold",
    steps: [
      { args: run("translate"), exit: 0, says: ["kubelet.maxPods = 110", "kubelet.maxPods = 98"], saysNot: ["DV2037"] },
      { args: run("simulate"), exit: 0, says: ["nodes 4 2"], saysNot: [no] },
    ],
  },
  {
    name: "05-custom-networking",
    title: "an interface that carries no pods is counted out",
    steps: [
      { args: run("assess"), exit: 0, says: ["DV2132", 'settings.reservedENIs: "1"'] },
      {
        args: run("simulate"),
        says: ["nodes 6 6", "subnets of ENIConfigs", "no saving"],
        saysNot: ["yes: Karpenter would run these pods for less"],
      },
    ],
  },
  {
    name: "06-max-pods-expression",
    title: "an expression that Karpenter's own number hides is lost",
    steps: [
      { args: run("translate"), says: ["userData.kubelet.maxPodsExpression", "DV2001", "DV2037"] },
      { args: run("assess"), says: ["DV2106", "27 on m5.large", "56 on m5.xlarge"] },
    ],
  },
  {
    name: "07-node-role-labels",
    title: "labels of Kubernetes' own domains are carried over like any other",
    steps: [
      {
        args: run("translate", "--group", "harbor-edge"),
        exit: 0,
        says: [
          'node-role.kubernetes.io/ingress: ""',
          "kubernetes.io/role: ingress",
          "node.kubernetes.io/lifecycle: spot",
        ],
      },
      { args: run("simulate"), exit: 0, saysNot: ["never schedule"] },
    ],
  },
  {
    name: "08-topology-keys",
    title: "assess names what simulate refuses",
    steps: [
      {
        args: run("assess"),
        exit: 1,
        says: [
          "DV1051",
          "shop/antigroup has a required anti-affinity over eks.amazonaws.com/nodegroup",
          "shop/bybeta has a spread over failure-domain.beta.kubernetes.io/zone",
          "shop/bygroup has a spread over",
        ],
        saysNot: ["shop/bypool has", "shop/bytype has"],
      },
      { args: run("simulate"), exit: 1, says: ["7 pods would never schedule"] },
    ],
  },
  {
    name: "09-arch-blind-pods",
    title: "pods that name no architecture are named beside a pool of another one",
    steps: [
      {
        args: run("assess"),
        says: [
          "DV1052",
          "Deployment shop/legacy-x86 names no architecture and runs on amd64 only; NodePool arm (arm64)",
        ],
      },
      { args: run("translate"), says: ["amd (2 nodes today, weight 20), arm (3 nodes today, weight 10)"] },
      { args: run("simulate"), says: ["would move from amd64 to arm64"] },
    ],
  },
  {
    name: "10-windows-kubelet-args",
    title: "arguments of a PowerShell bootstrap find their fields",
    steps: [
      {
        args: run("translate", "--group", "harbor-windows"),
        exit: 0,
        says: [
          "tier: legacy",
          "maxPods: 60",
          "alias: windows2022@latest",
          "cannot be pinned",
          "userData.bootstrap.DNSClusterIP",
        ],
        saysNot: ["the same image"],
      },
      { args: run("assess"), says: ["DV2116", "harbor-windows runs Windows_Server-2022-English-Core"] },
    ],
  },
  {
    name: "11-al2-scripts-on-al2023",
    title: "lines for the files of Amazon Linux 2 are named, and left out where those files are not",
    steps: [
      { args: run("translate"), says: ["DV2034", "maxPods: 110", "value: wait"] },
      {
        args: run("translate", "--ami-alias", "al2023@latest"),
        says: ["Amazon Linux 2023 has no such files", "maxPods: 110"],
        saysNot: ["sed -i"],
      },
    ],
  },
  {
    name: "14-operator-owned-budgets",
    title: "the fix of a budget names the operator that writes it",
    steps: [
      {
        args: run("assess", "--write-patches", "{output}/patches"),
        exit: 1,
        says: [
          "DV1001",
          "change it in Elasticsearch obs/logs (spec.podDisruptionBudget)",
          "change it in Kafka stream/events",
          "answers a refused eviction with a rolling restart",
        ],
        check: ({ output }) => expect(existsSync(`${output}/patches`)).toBe(false),
      },
    ],
  },
  {
    name: "15-gpu-time-slicing",
    title: "shared GPUs are why Karpenter starts more nodes at first",
    steps: [
      { args: run("assess"), says: ["DV2133", "nodes of g4dn.xlarge report 4 nvidia.com/gpu, the type has 1"] },
      {
        args: run("simulate"),
        says: ["Karpenter counts 1 until a node is up", "these nodes are a peak"],
        saysNot: ["DaemonSets run once more"],
      },
    ],
  },
  {
    name: "16-ipv6-node-role",
    title: "the right to assign IPv6 addresses is asked for before nodes need it",
    steps: [
      {
        args: ["assess", "--from", "{input}/input/quarry.json"],
        exit: 1,
        says: ["DV3018", "today's nodes may by AmazonEKS_CNI_IPv6_Policy"],
      },
      {
        args: ["translate", "--from", "{input}/input/quarry.json"],
        says: ["AmazonEKS_CNI_IPv6_Policy (aws-node gives pods IPv6 addresses)"],
      },
    ],
  },
  {
    name: "17-node-role-extra-policies",
    title: "controllers that live on the node role are named",
    steps: [
      {
        args: ["assess", "--from", "{input}/input/quarry.json"],
        exit: 1,
        says: [
          "DV3019",
          "Deployment kube-system/ebs-csi-controller uses AmazonEBSCSIDriverPolicy of quarry-node",
          "Deployment kube-system/cluster-autoscaler uses quarry-cluster-autoscaler",
        ],
      },
    ],
  },
  {
    name: "18-managed-group-template-unseen",
    title: "the template that a managed group names is read, and dead lines are named",
    steps: [
      { args: run("assess"), says: ["DV2101", "arm has user data"] },
      { args: run("translate"), says: ["DV2035", "export USE_MAX_PODS=false"], saysNot: ["maxPods: 109"] },
    ],
  },
  {
    name: "real-06-subnets-by-name",
    title: "subnets that an eksctl file names are looked up, and private pods stay private",
    steps: [
      {
        args: ["translate", "--from", "{input}/input/cluster.yaml"],
        says: ["DV2045", "yard-b (192.168.160.0/19, us-west-2b)"],
        check: ({ stdout }) => {
          const terms = parseAll(stdout)
            .filter(({ kind }) => kind === "EC2NodeClass")
            .map(({ metadata, spec }) => [metadata.name, spec["subnetSelectorTerms"]]);
          expect(terms).toEqual([
            ["cranes", [{ id: "subnet-0a0a0a0a0a0a0a0a1" }, { id: "subnet-0a0a0a0a0a0a0a0a2" }]],
            ["sheds", [{ tags: { "karpenter.sh/discovery": "harbour", "kubernetes.io/role/internal-elb": "1" } }]],
          ]);
        },
      },
    ],
  },
  {
    name: "real-07-selector-without-gpus",
    title: "no GPU is a label that is not there, and amd64 is eksctl's default",
    steps: [
      {
        args: ["translate", "--from", "{input}/input/cluster.yaml"],
        says: ["instance-gpu-count operator: DoesNotExist", '- "4096"'],
        saysNot: ["DV2046", "arm64"],
      },
    ],
  },
  ...["plain", "base64", "gzip"].map((form) => ({
    name: "ux-14-packed-user-data",
    title: `user data that is ${form} says the same`,
    steps: [
      {
        args: ["translate", "--from", `{input}/input-${form}`],
        says: ["userData: |", "audit"],
        saysNot: ["<binary", "hunter2"],
      },
    ],
  })),
];
