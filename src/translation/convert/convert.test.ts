import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { isConvertible } from "./convert.ts";
import { covers, leaves } from "../ledger.ts";
import { convertSnapshot } from "../../app/convert/convert.ts";

type Manifest = KubeObject & JsonObject;

const object = (apiVersion: string, kind: string, name: string, spec: JsonObject): Manifest => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
});
const pool = (spec: JsonObject, name = "default"): Manifest => object("karpenter.sh/v1beta1", "NodePool", name, spec);
const nodeClass = (spec: JsonObject = {}): Manifest =>
  object("karpenter.k8s.aws/v1beta1", "EC2NodeClass", "default", {
    amiFamily: "AL2023",
    role: "nodes",
    subnetSelectorTerms: [{ tags: { a: "b" } }],
    securityGroupSelectorTerms: [{ tags: { a: "b" } }],
    ...spec,
  });
const ref = { apiVersion: "karpenter.k8s.aws/v1beta1", kind: "EC2NodeClass", name: "default" };
const provisioner = (spec: JsonObject): Manifest => object("karpenter.sh/v1alpha5", "Provisioner", "default", spec);
const nodeTemplate = (spec: JsonObject): Manifest =>
  object("karpenter.k8s.aws/v1alpha1", "AWSNodeTemplate", "default", spec);

function converted(...objects: readonly KubeObject[]): ReturnType<typeof convertSnapshot> {
  const of = (kind: string): KubeObject[] => objects.filter((item) => item.kind === kind);
  const snapshot: Snapshot = {
    schema: "dovetail.snapshot/1",
    readAt: "2026-01-01T00:00:00Z",
    source: { kind: "dumps", name: "test" },
    objects: {
      nodepools: of("NodePool"),
      ec2nodeclasses: of("EC2NodeClass"),
      provisioners: of("Provisioner"),
      awsnodetemplates: of("AWSNodeTemplate"),
    },
    gaps: [],
  };
  return convertSnapshot(snapshot);
}

const codes = (result: ReturnType<typeof convertSnapshot>): string[] => result.findings.map((finding) => finding.code);

describe("v1beta1 to v1", () => {
  test("expiry, policy, reference and image move to where v1 has them", () => {
    const result = converted(
      pool({
        disruption: { consolidationPolicy: "WhenUnderutilized", expireAfter: "24h", budgets: [{ nodes: "1" }] },
        limits: { cpu: "10" },
        template: {
          metadata: { labels: { team: "a" } },
          spec: { nodeClassRef: ref, requirements: [{ key: "a", operator: "Exists" }] },
        },
      }),
      nodeClass(),
    );
    expect(result.manifests).toMatchObject([
      {
        apiVersion: "karpenter.k8s.aws/v1",
        spec: {
          role: "nodes",
          amiSelectorTerms: [{ alias: "al2023@latest" }],
          metadataOptions: { httpPutResponseHopLimit: 2 },
        },
      },
      {
        apiVersion: "karpenter.sh/v1",
        spec: {
          disruption: {
            consolidationPolicy: "WhenEmptyOrUnderutilized",
            consolidateAfter: "0s",
            budgets: [{ nodes: "1" }],
          },
          template: {
            spec: {
              expireAfter: "24h",
              nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
            },
          },
        },
      },
    ]);
    expect(codes(result)).toEqual(["DV2043"]);
  });

  test("the kubelet moves to the node class, which is split when two pools want different ones", () => {
    const of = (maxPods: number): JsonObject => ({
      template: { spec: { nodeClassRef: ref, requirements: [], kubelet: { maxPods } } },
    });
    const result = converted(pool(of(10), "a"), pool(of(20), "b"), pool(of(10), "c"), nodeClass());
    const classes = result.manifests.filter((item) => item.kind === "EC2NodeClass");
    expect(classes.map((item) => [item.metadata.name, (item["spec"] as JsonObject)["kubelet"]])).toEqual([
      ["default", { maxPods: 10 }],
      ["default-b", { maxPods: 20 }],
    ]);
    expect(JSON.stringify(result.manifests.find((item) => item.metadata.name === "b"))).toContain('"name":"default-b"');
    expect(codes(result)).not.toContain("DV2031");
  });

  test("kubelet settings without their node class are an error, not a loss", () => {
    const result = converted(
      pool({ template: { spec: { nodeClassRef: ref, requirements: [], kubelet: { maxPods: 1 } } } }),
    );
    expect(codes(result)).toContain("DV2042");
  });

  test("a family that v1 does not know needs an image of its own", () => {
    expect(codes(converted(nodeClass({ amiFamily: "Ubuntu" })))).toContain("DV2042");
    const result = converted(nodeClass({ amiFamily: "Ubuntu", amiSelectorTerms: [{ id: "ami-1" }] }));
    expect(result.manifests[0]).toMatchObject({ spec: { amiFamily: "AL2", amiSelectorTerms: [{ id: "ami-1" }] } });
  });
});

describe("v1alpha5 to v1", () => {
  test("a Provisioner and its template become a NodePool and an EC2NodeClass that behave alike", () => {
    const result = converted(
      provisioner({
        labels: { team: "a" },
        requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] }],
        limits: { resources: { cpu: "100" } },
        ttlSecondsAfterEmpty: 30,
        kubeletConfiguration: { containerRuntime: "containerd", maxPods: 20 },
        providerRef: { name: "default" },
      }),
      nodeTemplate({
        instanceProfile: "nodes",
        subnetSelector: { "karpenter.sh/discovery": "test", tier: "a, b" },
        securityGroupSelector: { "aws-ids": "sg-1,sg-2" },
      }),
    );
    expect(result.manifests).toMatchObject([
      {
        kind: "EC2NodeClass",
        spec: {
          instanceProfile: "nodes",
          amiSelectorTerms: [{ alias: "al2@latest" }],
          kubelet: { maxPods: 20 },
          subnetSelectorTerms: [
            { tags: { "karpenter.sh/discovery": "test", tier: "a" } },
            { tags: { "karpenter.sh/discovery": "test", tier: "b" } },
          ],
          securityGroupSelectorTerms: [{ id: "sg-1" }, { id: "sg-2" }],
        },
      },
      {
        kind: "NodePool",
        spec: {
          limits: { cpu: "100" },
          disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30s" },
          template: {
            metadata: { labels: { team: "a" } },
            spec: {
              expireAfter: "Never",
              requirements: [
                { key: "karpenter.sh/capacity-type", values: ["spot"] },
                { key: "kubernetes.io/arch", values: ["amd64"] },
                { key: "kubernetes.io/os", values: ["linux"] },
                { key: "karpenter.k8s.aws/instance-category", values: ["c", "m", "r"] },
                { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
              ],
            },
          },
        },
      },
    ]);
    expect(codes(result)).not.toContain("DV2031");
  });

  test("without consolidation and expiry nothing begins to be consolidated", () => {
    const result = converted(provisioner({ providerRef: { name: "x" } }));
    expect(result.manifests[0]).toMatchObject({
      spec: { disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "Never" } },
    });
  });

  test("an inline provider becomes a node class of the Provisioner's name; a launch template cannot", () => {
    const inline = { instanceProfile: "nodes", subnetSelector: { a: "b" }, securityGroupSelector: { a: "b" } };
    expect(
      converted(provisioner({ provider: inline })).manifests.map((item) => `${item.kind}/${item.metadata.name}`),
    ).toEqual(["EC2NodeClass/default", "NodePool/default"]);
    const result = converted(nodeTemplate({ launchTemplate: "lt", subnetSelector: { a: "b" } }));
    expect(result.manifests).toEqual([]);
    expect(codes(result)).toContain("DV2042");
  });
});

describe("names and what webhooks left", () => {
  const names = (result: ReturnType<typeof convertSnapshot>): string[] =>
    result.manifests.map((one) => `${one.kind}/${one.metadata.name}`);

  test("a template that a Provisioner needs beside a newer class of its name gets a name of its own", () => {
    const second = { ...provisioner({ providerRef: { name: "default" } }), metadata: { name: "second" } };
    const result = converted(nodeTemplate({ amiFamily: "AL2" }), nodeClass(), second);
    expect(names(result)).toEqual(["EC2NodeClass/default", "EC2NodeClass/default-template", "NodePool/second"]);
    expect(JSON.stringify(result.manifests[2])).toContain('"name":"default-template"');
  });

  test("the same object twice is converted once, with a line for the other", () => {
    const result = converted(nodeClass(), nodeClass({ role: "other" }));
    expect(names(result)).toEqual(["EC2NodeClass/default"]);
    expect(codes(result)).toContain("DV2044");
  });

  test("an old pool whose class is v1 already gives it its kubelet, and a v1 pool beside it keeps its own way", () => {
    const kubelet = { maxPods: 10 };
    const old = pool({ template: { spec: { nodeClassRef: ref, requirements: [], kubelet } } }, "old");
    const spec = {
      template: { spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" } } },
    };
    const now = object("karpenter.sh/v1", "NodePool", "now", spec);
    const current = {
      ...nodeClass({ amiSelectorTerms: [{ alias: "al2023@latest" }] }),
      apiVersion: "karpenter.k8s.aws/v1",
    };
    expect(names(converted(old, current))).toEqual(["EC2NodeClass/default", "NodePool/old"]);
    expect(converted(old, current)).toMatchObject({ current: 0 });
    expect(names(converted(old, now, current))).toEqual(["EC2NodeClass/default-old", "NodePool/old"]);
    expect(converted(old, now, current)).toMatchObject({ current: 2 });
  });

  test("an annotation that is no JSON is named, and nothing of it is lost", () => {
    const annotations = { "compatibility.karpenter.sh/v1beta1-kubelet-conversion": "{" };
    const broken = { ...object("karpenter.sh/v1", "NodePool", "x", {}), metadata: { name: "x", annotations } };
    const result = converted(broken);
    expect(names(result)).toEqual([]);
    expect(codes(result)).toEqual(["DV2042"]);
  });

  test("parts of a selector hold together; ids stand alone, and that is said", () => {
    const terms = (amiSelector: JsonObject): unknown =>
      converted(nodeTemplate({ amiFamily: "AL2", amiSelector })).manifests[0]?.["spec"];
    expect(terms({ "aws::owners": "1" })).toMatchObject({ amiSelectorTerms: [{ name: "*", owner: "1" }] });
    expect(terms({ a: "x, y" })).toMatchObject({ amiSelectorTerms: [{ tags: { a: "x, y" } }] });
    expect(terms({ "aws-ids": "ami-1", a: "x" })).toMatchObject({ amiSelectorTerms: [{ id: "ami-1" }] });
    const mixed = converted(nodeTemplate({ amiFamily: "AL2", amiSelector: { "aws-ids": "ami-1", a: "x" } }));
    expect(codes(mixed)).toContain("DV2041");
  });

  test("EC2's own defaults stand where options were given in part, and Ubuntu's disk where there was none", () => {
    const options = { metadataOptions: { httpEndpoint: "enabled" } };
    const result = converted(nodeTemplate({ amiFamily: "Ubuntu", amiSelector: { "aws-ids": "ami-1" }, ...options }));
    expect(result.manifests[0]).toMatchObject({
      spec: {
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "optional" },
        blockDeviceMappings: [{ deviceName: "/dev/sda1", ebs: { volumeSize: "20Gi" } }],
      },
    });
  });
});

describe("conversion", () => {
  test("objects of v1 are counted and not repeated", () => {
    const current = object("karpenter.sh/v1", "NodePool", "new", { template: { spec: {} } });
    expect(converted(current)).toMatchObject({ manifests: [], current: 1 });
  });

  test("every field of every object has exactly one fate, whatever it holds", () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const spec = fc.dictionary(
      fc.constantFrom(
        "template",
        "disruption",
        "limits",
        "weight",
        "labels",
        "requirements",
        "provider",
        "providerRef",
        "amiFamily",
        "amiSelector",
        "subnetSelector",
        "launchTemplate",
        "consolidation",
        "kubeletConfiguration",
        "future",
      ),
      json,
    ) as fc.Arbitrary<JsonObject>;
    const kinds = fc.constantFrom(pool({}), nodeClass(), provisioner({}), nodeTemplate({}));
    fc.assert(
      fc.property(kinds, spec, (base, drawn) => {
        const manifest = object(base.apiVersion, base.kind, "default", drawn);
        expect(isConvertible(manifest)).toBe(true);
        const [account] = converted(manifest).objects;
        const wrong = leaves(manifest).flatMap((path) => {
          const field = path.reduce<string>(
            (text, step) =>
              typeof step === "number"
                ? `${text}[${step}]`
                : /^[A-Za-z][A-Za-z0-9_-]*$/.test(step)
                  ? `${text}.${step}`
                  : `${text}[${JSON.stringify(step)}]`,
            manifest.kind,
          );
          const count = account?.fates.filter((fate) => covers(fate.field, field)).length;
          return count === 1 ? [] : [`${field}: ${count}`];
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
