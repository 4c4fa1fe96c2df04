import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { listInstanceTypes } from "../src/karpenter/aws/instance-types.ts";
import { templateGroups } from "../src/karpenter/aws/launch-templates.ts";
import { launchTypes } from "../src/karpenter/aws/launch-type.ts";
import { behaviourOf, type Minor } from "../src/karpenter/behaviours.ts";
import {
  type ImageStatus,
  knownTo,
  type NodeClassSpec,
  specOf,
  nodeClassStatus,
} from "../src/karpenter/aws/node-class.ts";
import { type UserDataCluster, userDataOf } from "../src/karpenter/aws/user-data/user-data.ts";
import type { TextCodecs } from "../src/karpenter/aws/user-data/options.ts";
import type { Labels, Taint } from "../src/kube/objects.ts";
import type { Case, Verdict } from "./area.ts";
import { canonical, verdict } from "./aws-compare.ts";
import { providerWorld } from "./aws-world.ts";

/** The cluster of every recording. */
export function recordedCluster(dns: string | undefined): UserDataCluster {
  const dnsIp = dns === undefined || dns === "" ? "10.100.0.10" : dns;
  const cidr = dnsIp.includes(":") ? "fd30:1c53:5f8a::/108" : "10.100.0.0/16";
  return { name: "dovetail", endpoint: "https://dovetail.example", caBundle: "ZG92ZXRhaWwtY2E=", cidr, dnsIp };
}

export const codecs: TextCodecs = {
  parseYaml: (text) => parseYaml(text, { logLevel: "silent" }) as unknown,
  parseToml: (text) => JSON.parse(JSON.stringify(parseToml(text))) as unknown,
};

const threeSubnets = ["a", "b", "c"].map((letter, i) => ({
  id: `subnet-${letter}1`,
  zone: `us-west-2${letter}`,
  zoneID: `usw2-az${i + 1}`,
}));

interface Line {
  readonly input: {
    readonly spec: NodeClassSpec;
    readonly amis: readonly ImageStatus[];
    readonly labels?: Labels;
    readonly taints?: readonly Taint[];
    readonly startupTaints?: readonly Taint[];
    readonly types: readonly string[];
    readonly clusterDNS?: string;
    readonly noClusterCIDR?: boolean;
    readonly noCABundle?: boolean;
    readonly capacityType?: string;
  };
  readonly expect?: unknown;
  readonly variants?: readonly unknown[];
}

/** The exact user data of every launch template. */
export function checkUserData(item: Case): Verdict {
  const { input, expect, variants } = item.line as unknown as Line;
  const got = templatesOf(input, item.release);
  if (variants === undefined) return verdict(withoutLibraryWords(got), withoutLibraryWords(expect));
  // The order of several kubelet flags is random in the real program: ours must be one of what was seen.
  if (variants.some((one) => canonical(one) === canonical(got))) return { outcome: "match" };
  return verdict(got, variants[0]);
}

function templatesOf(input: Line["input"], release: Minor): unknown {
  const base = { role: "node-role", amiSelectorTerms: [{ alias: "al2023@latest" }] };
  const nodeClass = {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: JSON.parse(JSON.stringify({ ...base, ...input.spec })),
    status: JSON.parse(JSON.stringify({ subnets: threeSubnets, amis: input.amis })),
  };
  const list = listInstanceTypes(providerWorld({ types: input.types, nodeClass }, {}, release));
  if (!list.ok) return { error: list.reason };
  const behaviour = behaviourOf(release);
  const capacityType = input.capacityType ?? "on-demand";
  const images = nodeClassStatus(nodeClass).amis ?? [];
  const groups = templateGroups(launchTypes(list.value), images, { capacityType, asksForEfa: false });
  const { cidr, caBundle, ...cluster } = recordedCluster(input.clusterDNS);
  const rows = groups.map((group) => {
    const made = userDataOf(
      {
        behaviour,
        spec: knownTo(behaviour, specOf(nodeClass)),
        images,
        cluster: {
          ...cluster,
          ...(cidr === undefined || input.noClusterCIDR === true ? {} : { cidr }),
          ...(caBundle === undefined || input.noCABundle === true ? {} : { caBundle }),
        },
        labels: input.labels ?? {},
        taints: input.taints ?? [],
        startupTaints: input.startupTaints ?? [],
        capacityType,
        maxPods: group.pods,
      },
      codecs,
    );
    const types = group.types.map((type) => type.name).toSorted();
    const answer = made.ok
      ? { text: made.text }
      : { error: made.reason, ...(made.isNotReady === true ? { class: "nodeclass-not-ready" } : {}) };
    return { pods: group.pods, row: { image: group.imageId, types, ...answer } };
  });
  return rows.toSorted((a, b) => a.pods - b.pods || (a.row.image < b.row.image ? -1 : 1)).map(({ row }) => row);
}

// What a TOML parser says of a syntax error is its own affair; that it is one, and where it is said, is compared.
function withoutLibraryWords(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, one: unknown) =>
      key === "error" && typeof one === "string" ? one.replace(/^(invalid UserData toml: ).*$/s, "$1…") : one,
    ),
  ) as unknown;
}
