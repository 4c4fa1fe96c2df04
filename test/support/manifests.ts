import type { JsonObject, KubeObject } from "../../src/kube/objects.ts";

/** A manifest with its body. */
export type Manifest = KubeObject & { readonly spec: JsonObject };

/** A valid EC2NodeClass with these changes. */
export const nodeClass = (spec: JsonObject = {}): Manifest => ({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "workers" },
  spec: {
    role: "KarpenterNodeRole-test",
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "test" } }],
    securityGroupSelectorTerms: [{ id: "sg-0123" }],
    ...spec,
  },
});

/** A valid NodePool with these changes. */
export const nodePool = (spec: JsonObject = {}, template: JsonObject = {}): Manifest => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "workers" },
  spec: {
    limits: { nodes: "3" },
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "workers" },
        requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }],
        ...template,
      },
    },
    ...spec,
  },
});

/** Manifests that Karpenter's CRDs refuse: what is wrong, the manifest, and the path at which it is wrong. */
export const brokenManifests: readonly [string, KubeObject, string][] = [
  ["role and instance profile together", nodeClass({ instanceProfile: "p" }), "spec"],
  ["no image", nodeClass({ amiSelectorTerms: [] }), "spec.amiSelectorTerms"],
  ["an id without a family", nodeClass({ amiSelectorTerms: [{ id: "ami-1" }] }), "spec"],
  ["a malformed alias", nodeClass({ amiSelectorTerms: [{ alias: "al2023" }] }), "spec.amiSelectorTerms[0].alias"],
  [
    "a pinned Windows alias",
    nodeClass({ amiSelectorTerms: [{ alias: "windows2022@v1" }] }),
    "spec.amiSelectorTerms[0].alias",
  ],
  [
    "an alias beside another term",
    nodeClass({ amiSelectorTerms: [{ alias: "al2023@latest" }, { id: "ami-1" }] }),
    "spec.amiSelectorTerms",
  ],
  [
    "a subnet by id and tags",
    nodeClass({ subnetSelectorTerms: [{ id: "subnet-1", tags: { a: "b" } }] }),
    "spec.subnetSelectorTerms",
  ],
  ["an empty tag value", nodeClass({ subnetSelectorTerms: [{ tags: { a: "" } }] }), "spec.subnetSelectorTerms[0].tags"],
  ["a restricted tag", nodeClass({ tags: { "kubernetes.io/cluster/test": "owned" } }), "spec.tags"],
  [
    "a volume of no size",
    nodeClass({ blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: {} }] }),
    "spec.blockDeviceMappings[0].ebs",
  ],
  ["a field that does not exist", nodeClass({ keyName: "k" }), "spec.keyName"],
  [
    "a hop limit of 0",
    nodeClass({ metadataOptions: { httpPutResponseHopLimit: 0 } }),
    "spec.metadataOptions.httpPutResponseHopLimit",
  ],
  [
    "a kubelet reservation that is no quantity",
    nodeClass({ kubelet: { kubeReserved: { cpu: "lots" } } }),
    "spec.kubelet.kubeReserved.cpu",
  ],
  [
    "a soft threshold without its grace period",
    nodeClass({ kubelet: { evictionSoft: { "pid.available": "5%" } } }),
    "spec.kubelet.evictionSoft.pid.available",
  ],
  [
    "an operator without values",
    nodePool({}, { requirements: [{ key: "a", operator: "In", values: [] }] }),
    "spec.template.spec.requirements",
  ],
  [
    "a restricted requirement",
    nodePool({}, { requirements: [{ key: "karpenter.sh/x", operator: "Exists" }] }),
    "spec.template.spec.requirements[0].key",
  ],
  ["a weight of 101", nodePool({ weight: 101 }), "spec.weight"],
  [
    "a wait in milliseconds",
    nodePool({ disruption: { consolidateAfter: "10ms" } }),
    "spec.disruption.consolidateAfter",
  ],
  [
    "a schedule without a duration",
    nodePool({ disruption: { consolidateAfter: "1m", budgets: [{ nodes: "1", schedule: "0 0 * * *" }] } }),
    "spec.disruption.budgets",
  ],
  [
    "a taint twice",
    nodePool({}, { taints: [{ key: "a", effect: "NoSchedule" }], startupTaints: [{ key: "a", effect: "NoSchedule" }] }),
    "spec.template.spec.startupTaints[0]",
  ],
  [
    "a group with its version",
    nodePool({}, { nodeClassRef: { group: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", name: "a" } }),
    "spec.template.spec.nodeClassRef.group",
  ],
  ["a name with an underscore", { ...nodePool(), metadata: { name: "a_b" } }, "metadata.name"],
  ["a version that nobody serves", { ...nodePool(), apiVersion: "karpenter.sh/v2" }, "apiVersion"],
];

/** Those that the API server would take: Karpenter's controller or its user finds out later. */
export const brokenForControllerOnly = new Set(["a taint twice"]);
