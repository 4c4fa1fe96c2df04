/**
 * Label keys that Karpenter itself knows, and how a cloud provider adds to them.
 *
 * Karpenter keeps this knowledge in package variables that a provider changes at start-up (`pkg/apis/v1/labels.go`); here it is a value.
 */

export const labelKeys = {
  nodePool: "karpenter.sh/nodepool",
  capacityType: "karpenter.sh/capacity-type",
  registered: "karpenter.sh/registered",
  initialized: "karpenter.sh/initialized",
  zone: "topology.kubernetes.io/zone",
  region: "topology.kubernetes.io/region",
  hostname: "kubernetes.io/hostname",
  instanceType: "node.kubernetes.io/instance-type",
  arch: "kubernetes.io/arch",
  os: "kubernetes.io/os",
  windowsBuild: "node.kubernetes.io/windows-build",
} as const;

/** Annotation keys that decisions read or write. */
export const annotationKeys = {
  doNotDisrupt: "karpenter.sh/do-not-disrupt",
  nodePoolHash: "karpenter.sh/nodepool-hash",
  nodePoolHashVersion: "karpenter.sh/nodepool-hash-version",
  minValuesRelaxed: "karpenter.sh/nodeclaim-min-values-relaxed",
} as const;

/** What one provider makes Karpenter know about labels. */
export interface LabelFamily {
  /** Keys that a requirement may use although no node claim defines them yet. */
  readonly wellKnown: ReadonlySet<string>;
  /** Domains (and their subdomains) that users may not set, well-known keys excepted. */
  readonly restrictedDomains: readonly string[];
  /** Aliases, by the alias. */
  readonly normalized: ReadonlyMap<string, string>;
  /** Keys with a closed set of sensible values. */
  readonly knownValues: ReadonlyMap<string, ReadonlySet<string>>;
  readonly reservationId: string;
}

const coreWellKnown = [
  labelKeys.nodePool,
  labelKeys.zone,
  labelKeys.region,
  labelKeys.instanceType,
  labelKeys.arch,
  labelKeys.os,
  labelKeys.capacityType,
  labelKeys.windowsBuild,
];

const coreNormalized: readonly (readonly [string, string])[] = [
  ["failure-domain.beta.kubernetes.io/zone", labelKeys.zone],
  ["failure-domain.beta.kubernetes.io/region", labelKeys.region],
  ["beta.kubernetes.io/arch", labelKeys.arch],
  ["beta.kubernetes.io/os", labelKeys.os],
  ["beta.kubernetes.io/instance-type", labelKeys.instanceType],
];

const capacityTypes = new Set(["on-demand", "spot", "reserved"]);

const awsNames = [
  "capacity-reservation-id",
  "capacity-reservation-type",
  "capacity-reservation-interruptible",
  "instance-hypervisor",
  "instance-encryption-in-transit-supported",
  "nitro-sandbox",
  "instance-category",
  "instance-capability-flex",
  "instance-family",
  "instance-generation",
  "instance-size",
  "instance-local-nvme",
  "instance-cpu",
  "instance-cpu-manufacturer",
  "instance-cpu-sustained-clock-speed-mhz",
  "instance-memory",
  "instance-ebs-bandwidth",
  "instance-network-bandwidth",
  "instance-gpu-name",
  "instance-gpu-manufacturer",
  "instance-gpu-count",
  "instance-gpu-memory",
  "instance-accelerator-name",
  "instance-accelerator-manufacturer",
  "instance-accelerator-count",
  "instance-tenancy",
  "placement-group-id",
  "placement-group-partition",
];

/** Labels of the AWS provider. `nitro-sandbox` is well known to the recorded decisions although v1.14.1 sets no such label. */
export const awsLabels: LabelFamily = {
  wellKnown: new Set([
    ...coreWellKnown,
    ...awsNames.map((name) => `karpenter.k8s.aws/${name}`),
    "topology.k8s.aws/zone-id",
  ]),
  restrictedDomains: ["karpenter.sh", "karpenter.k8s.aws"],
  normalized: new Map([...coreNormalized, ["topology.ebs.csi.aws.com/zone", labelKeys.zone]]),
  knownValues: new Map([
    [labelKeys.capacityType, capacityTypes],
    ["karpenter.k8s.aws/instance-tenancy", new Set(["default", "dedicated"])],
  ]),
  reservationId: "karpenter.k8s.aws/capacity-reservation-id",
};

/** Labels of the small invented types that tests and the upstream benchmark use. */
const fakeLabels: LabelFamily = {
  wellKnown: new Set([...coreWellKnown, "size", "special", "integer", "dovetail.dev/reservation-id"]),
  restrictedDomains: ["karpenter.sh"],
  normalized: new Map(coreNormalized),
  knownValues: new Map([[labelKeys.capacityType, capacityTypes]]),
  reservationId: "dovetail.dev/reservation-id",
};

/** The family by the name that scenarios use. */
export function labelFamily(name: "aws" | "fake"): LabelFamily {
  return name === "aws" ? awsLabels : fakeLabels;
}
