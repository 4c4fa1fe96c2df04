import { defaultRelease } from "../../../karpenter/releases.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { JsonObject, KubeObject } from "../../../kube/objects.ts";
import { emit } from "./emit.ts";
import type { EmitFormat, EmittedFile } from "./types.ts";
import { hcl } from "../hcl.ts";
import { yamlOf } from "../yaml.ts";

const nodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "workers" },
  spec: {
    role: "KarpenterNodeRole-shop",
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "shop" } }],
    userData: "#!/bin/bash\necho ${HOME} %{x}\nMANIFEST\n",
  },
};
const nodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "workers" },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "workers" },
        requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }],
      },
    },
  },
};
const context = { clusterName: "shop", region: "eu-west-1", kubernetesVersion: "1.34" };

function emitted(format: EmitFormat): readonly EmittedFile[] {
  const comments = new Map([["spec.template.spec.requirements[kubernetes.io/arch]", ["from nodegroup.amiType"]]]);
  return emit({ manifests: [nodeClass, nodePool], target: "v1", comments: () => comments }, format, context);
}

describe("forms", () => {
  test("YAML reads back as the manifest, with the reasons as comments", () => {
    const [first, second] = emitted("yaml");
    expect(first?.name).toBe("ec2nodeclass-workers.yaml");
    expect(parse(first?.text ?? "")).toEqual(nodeClass);
    expect(parse(second?.text ?? "")).toEqual(nodePool);
    expect(second?.text).toContain("# from nodegroup.amiType\n        - key: kubernetes.io/arch");
  });

  test("a kustomization names every file in apply order", () => {
    const [kustomization, ...files] = emitted("kustomize");
    expect(parse(kustomization?.text ?? "")).toMatchObject({ resources: files.map((file) => file.name) });
  });

  test("a script's here-documents end where the manifest ends, whatever it says", () => {
    const [script] = emitted("shell");
    const bodies = [...(script?.text ?? "").matchAll(/<<'(\w+)'\n([^]*?)\n\1\n/g)].map((match) => match[2] ?? "");
    expect(bodies.map((body) => parse(body) as unknown)).toEqual([nodeClass, nodePool]);
  });

  test("CloudFormation carries the manifests and the order between them", () => {
    const [template] = emitted("cloudformation");
    const { Resources } = parse(template?.text ?? "") as {
      Resources: Record<string, { DependsOn?: string; Properties: { Manifest: string } }>;
    };
    expect(JSON.parse(Resources["EC2NodeClassWorkers"]?.Properties.Manifest ?? "")).toEqual(nodeClass);
    expect(Resources["NodePoolWorkers"]?.DependsOn).toBe("EC2NodeClassWorkers");
  });

  test("Terraform takes names from the community module and leaves `${` of user data alone", () => {
    const [file] = emitted("terraform");
    expect(file?.text).toContain("role = module.karpenter.node_iam_role_name");
    expect(file?.text).toContain('"karpenter.sh/discovery" = module.eks.cluster_name');
    expect(file?.text).toContain("echo $${HOME} %%{x}");
    expect(file?.text).toContain("depends_on = [kubectl_manifest.karpenter_node_class_workers]");
  });

  test("an eksctl file asks for the Karpenter of the target version", () => {
    const [file] = emitted("eksctl");
    expect(parse(file?.text ?? "")).toMatchObject({
      kind: "ClusterConfig",
      metadata: { name: "shop" },
      karpenter: { version: defaultRelease.version },
    });
  });

  test("any manifest survives YAML", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (spec) => {
        // No field of a manifest has an empty name.
        fc.pre(!JSON.stringify(spec).includes('"":'));
        // As JSON has it: a manifest comes from JSON, which knows no -0.
        const manifest = JSON.parse(JSON.stringify({ ...nodePool, spec })) as KubeObject & JsonObject;
        const [document] = parseAllDocuments(yamlOf(manifest));
        expect(document?.toJS()).toEqual(manifest);
      }),
      { numRuns: 100 },
    );
  });

  test("empty values are written as Terraform writes them", () => {
    expect(hcl({ a: [], b: {}, c: null, d: true, e: 1 })).toBe(
      "{\n  a = []\n  b = {}\n  c = null\n  d = true\n  e = 1\n}",
    );
  });
});
