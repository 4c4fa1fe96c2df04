import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { JsonObject } from "../kube/objects.ts";
import type { Translation } from "./types.ts";
import { isEksctlFile, readEksctl } from "../app/translate/eksctl.ts";
import { translateEksctl } from "../app/translate/translate.ts";

const file = (group: JsonObject, kind = "managedNodeGroups"): string =>
  stringify({
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata: { name: "shop", region: "eu-west-1", version: "1.34" },
    [kind]: [{ name: "ng", ...group }],
  });
const translated = (group: JsonObject): Translation => translateEksctl(readEksctl("cluster.yaml", file(group)));
const specOf = (result: Translation): JsonObject => result.groups[0]?.nodeClass.spec ?? {};

/** What eksctl's schema lets people write of a node group. */
const everything: JsonObject = {
  instanceTypes: ["m5.large"],
  spot: true,
  minSize: 1,
  maxSize: 4,
  desiredCapacity: 2,
  volumeSize: 100,
  volumeType: "gp3",
  volumeIOPS: 4000,
  volumeThroughput: 200,
  volumeEncrypted: true,
  volumeKmsKeyID: "key",
  additionalVolumes: [{ volumeName: "/dev/sdb", volumeSize: 50, volumeType: "gp2" }],
  amiFamily: "AmazonLinux2023",
  releaseVersion: "1.34.1-20251023",
  availabilityZones: ["eu-west-1a"],
  localZones: ["eu-west-1-lax-1a"],
  privateNetworking: true,
  securityGroups: { attachIDs: ["sg-1"], withShared: true },
  ssh: { allow: true },
  labels: { team: "a" },
  taints: [{ key: "a", value: "b", effect: "NoSchedule" }],
  tags: { cost: "c" },
  iam: { withAddonPolicies: { ebs: true }, attachPolicyARNs: ["arn:aws:iam::aws:policy/X"] },
  preBootstrapCommands: ["echo hi"],
  kubeletExtraConfig: { maxPods: 30, serializeImagePulls: false },
  maxPodsPerNode: 30,
  clusterDNS: "172.20.0.10",
  disableIMDSv1: true,
  disablePodIMDS: false,
  enableDetailedMonitoring: true,
  placement: { groupName: "pg" },
  efaEnabled: false,
  capacityRebalance: true,
  updateConfig: { maxUnavailable: 2 },
  nodeRepairConfig: { enabled: true },
  maxInstanceLifetime: 604800,
  capacityReservation: { capacityReservationTarget: { capacityReservationID: "cr-1" } },
  propagateASGTags: true,
  instanceName: "n",
  instancePrefix: "p",
  asgMetricsCollection: [{ granularity: "1Minute" }],
  asgSuspendProcesses: ["Launch"],
  ebsOptimized: true,
  containerRuntime: "containerd",
  cpuCredits: "unlimited",
};

describe("eksctl files", () => {
  test("are told from other YAML by kind and API version", () => {
    expect(isEksctlFile(file({}))).toBe(true);
    expect(isEksctlFile("apiVersion: v1\nkind: ConfigMap\n")).toBe(false);
  });

  test("every field of a node group is known", () => {
    const result = translated(everything);
    expect(result.findings.filter((finding) => finding.code === "DV2031")).toEqual([]);
    const unknown = result.groups.flatMap((group) =>
      group.fates.filter((fate) => fate.fate === "lost" && fate.why === "this field is not known to Dovetail"),
    );
    expect(unknown).toEqual([]);
    expect(specOf(result)).toMatchObject({
      amiSelectorTerms: [{ alias: "al2023@v20251023" }],
      capacityReservationSelectorTerms: [{ id: "cr-1" }],
      kubelet: { maxPods: 30, clusterDNS: ["172.20.0.10"] },
      blockDeviceMappings: [
        { deviceName: "/dev/xvda", ebs: { volumeSize: "100Gi", iops: 4000, encrypted: true } },
        { deviceName: "/dev/sdb", ebs: { volumeSize: "50Gi" } },
      ],
    });
    expect(result.groups[0]?.nodePool.spec.template.spec.expireAfter).toBe("604800s");
  });

  test("defaults are eksctl's: m5.large, two nodes, Amazon Linux 2023, 80 GiB, metadata over two hops", () => {
    const result = translated({});
    expect(result.groups[0]?.nodePool.spec.limits).toEqual({ nodes: "2" });
    expect(specOf(result)).toMatchObject({
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      blockDeviceMappings: [{ ebs: { volumeSize: "80Gi" } }],
      metadataOptions: { httpPutResponseHopLimit: 2 },
    });
  });

  test("a family that Karpenter has no images for is refused unless an image is named", () => {
    expect(translated({ amiFamily: "Ubuntu2204" }).refused[0]?.reason).toMatch(/no images/);
    expect(translated({ amiFamily: "Ubuntu2204", ami: "ami-1" }).refused).toEqual([]);
  });

  test("taints may be a map, as self-managed groups write them", () => {
    const cluster = readEksctl("cluster.yaml", file({ taints: { dedicated: "a:NoSchedule" } }, "nodeGroups"));
    expect(translateEksctl(cluster).groups[0]?.nodePool.spec.template.spec.taints).toEqual([
      { key: "dedicated", value: "a", effect: "NoSchedule" },
    ]);
  });
});
