import type { NodeGroup } from "../../autoscaler/types.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import { usage } from "../../fault/fault.ts";
import { isObject, listAt, numberAt, objectAt, textAt } from "../../kube/json.ts";
import type { NamedSubnet } from "../../translation/input.ts";
import { documentsOf } from "../../yaml/documents.ts";

/** What an eksctl cluster file says about a cluster and its node groups. */
export interface EksctlCluster {
  readonly clusterName: string | undefined;
  readonly region: string | undefined;
  readonly kubernetesVersion: string | undefined;
  readonly nodeGroups: readonly NodeGroup[];
  readonly namedSubnets: readonly NamedSubnet[];
}

/** Whether a text is an eksctl cluster file. */
export function isEksctlFile(text: string): boolean {
  return /^kind:\s*ClusterConfig\s*$/m.test(text) && /^apiVersion:\s*eksctl\.io\//m.test(text);
}

/**
 * Reads the node groups of an eksctl cluster file. Throws a usage fault with file and line for malformed YAML. Throws
 * `usage.not-eksctl` for YAML of another kind.
 */
export function readEksctl(path: string, text: string): EksctlCluster {
  const config = documentsOf(path, text).find((value) => textAt(value, "kind") === "ClusterConfig");
  if (!isObject(config)) {
    throw usage(
      "not-eksctl",
      `${path} holds no eksctl ClusterConfig`,
      "pass an eksctl cluster file, a snapshot or a folder of dumps",
    );
  }
  return {
    clusterName: textAt(config, "metadata", "name"),
    region: textAt(config, "metadata", "region"),
    kubernetesVersion: textAt(config, "metadata", "version"),
    namedSubnets: [...subnetsOf(config, "public"), ...subnetsOf(config, "private")],
    nodeGroups: [
      ...listAt(config, "managedNodeGroups").flatMap((item) => nodeGroup(item, "managed")),
      ...listAt(config, "nodeGroups").flatMap((item) => nodeGroup(item, "self-managed")),
    ],
  };
}

// A key that is a zone's name says where the subnet is.
function subnetsOf(config: JsonObject, kind: NamedSubnet["kind"]): readonly NamedSubnet[] {
  return Object.entries(objectAt(config, "vpc", "subnets", kind)).map(([name, subnet]) => {
    const [id, cidr] = [textAt(subnet, "id"), textAt(subnet, "cidr")];
    const zone = textAt(subnet, "az") ?? (/^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$/.test(name) ? name : undefined);
    return {
      name,
      kind,
      ...(id === undefined ? {} : { id }),
      ...(cidr === undefined ? {} : { cidr }),
      ...(zone === undefined ? {} : { zone }),
    };
  });
}

// eksctl's defaults: two nodes, and bounds that follow from what is given.
function nodeGroup(item: Json, kind: NodeGroup["kind"]): readonly NodeGroup[] {
  const name = textAt(item, "name");
  if (!isObject(item) || name === undefined) return [];
  const desired = numberAt(item, "desiredCapacity");
  const min = numberAt(item, "minSize") ?? desired ?? 2;
  const max = numberAt(item, "maxSize") ?? Math.max(min, desired ?? 2);
  const eksctl: JsonObject = item;
  return [
    {
      name,
      kind,
      autoScalingGroupName: undefined,
      min,
      max,
      desired: desired ?? min,
      isManagedByAutoscaler: undefined,
      labels: {},
      taints: [],
      nodeNames: [],
      eksctl,
      ...unreadLaunch(item),
    },
  ];
}

// A cluster file names launch templates only.
function unreadLaunch(item: JsonObject): Pick<NodeGroup, "unreadLaunch"> {
  const id = textAt(item, "launchTemplate", "id");
  if (id === undefined) return {};
  const version = textAt(item, "launchTemplate", "version");
  return { unreadLaunch: `launch template ${id}${version === undefined ? "" : `, version ${version}`}` };
}
