import { loadCatalogue, loadPackedPrices } from "../../src/adapters/disk/catalogue.ts";
import type { SimulateInput, SimulateOptions } from "../../src/forecast/options.ts";
import { type Simulation, simulate } from "../../src/forecast/simulate.ts";
import type { Ec2NodeClass, NodePool } from "../../src/karpenter/api.ts";
import { defaultRelease } from "../../src/karpenter/releases.ts";
import type { RequirementSpec } from "../../src/karpenter/instance-type.ts";
import type { ClusterObjects } from "../../src/kube/resources.ts";
import type { PriceBook } from "../../src/money/price-book.ts";
import { snapshot } from "./builders.ts";

/** A NodeClass whose three subnets were found. */
const nodeClass: Ec2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "general" },
  spec: { amiSelectorTerms: [{ alias: "al2023@latest" }] },
  status: {
    subnets: ["a", "b", "c"].map((letter, i) => ({
      id: `subnet-${letter}`,
      zone: `us-east-1${letter}`,
      zoneID: `use1-az${i + 1}`,
    })),
    amis: ["amd64", "arm64"].map((arch) => ({
      id: `ami-${arch}`,
      name: arch,
      requirements: [{ key: "kubernetes.io/arch", operator: "In", values: [arch] }],
    })),
  },
};

/** `key: values` with the usual prefixes left to the caller. */
export const within = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

/** An on-demand pool of both architectures. */
export function nodePool(requirements: readonly RequirementSpec[], more: Partial<NodePoolTemplate> = {}): NodePool {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "general" },
    spec: {
      template: {
        spec: {
          requirements: [within("karpenter.sh/capacity-type", "on-demand"), ...requirements],
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" },
          ...more,
        },
      },
    },
  };
}

type NodePoolTemplate = NodePool["spec"]["template"]["spec"];

/** List prices, some of them replaced by the factor that the first match gives. */
export function listPrices(factors: Readonly<Record<string, number>> = {}): PriceBook {
  const list = Object.entries(loadPackedPrices()["us-east-1"]?.prices ?? {});
  const scaled = list.map(([type, usd]) => [type, usd * (factors[type.split(".")[0] ?? ""] ?? 1)] as const);
  return {
    region: "us-east-1",
    onDemandUsdPerHour: new Map(scaled),
    spotUsdPerHour: new Map(),
    sources: [{ name: "list prices us-east-1", date: "2026-07-06", isEstimate: false }],
  };
}

/** Asks about a cluster of these objects with one pool. */
export function simulated(
  objects: ClusterObjects,
  pool: NodePool,
  more: { readonly prices?: PriceBook; readonly options?: SimulateOptions } = {},
): Simulation {
  const input: SimulateInput = {
    release: defaultRelease,
    snapshot: snapshot({ objects }),
    nodePools: [pool],
    nodeClasses: [nodeClass],
    nodePoolSource: "test",
    catalogue: loadCatalogue(),
    prices: more.prices ?? listPrices(),
    region: "us-east-1",
  };
  return simulate(input, more.options);
}
