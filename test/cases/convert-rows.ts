import { expect } from "vitest";
import { parseAll } from "./yaml.ts";
import type { CaseRow } from "./rows.ts";

const convert = (path = "input") => ["convert", "--from", `{input}/${path}`];

/** Cases of older Karpenter manifests on their way to v1. */
export const convertRows: readonly CaseRow[] = [
  {
    name: "12-v1alpha5-hidden-defaults",
    title: "types that the old webhook filled in are written out, and a pool is written where its class cannot be",
    steps: [
      {
        args: convert(),
        exit: 1,
        says: [
          "Provisioner/by-template: v1 takes no launch template (harbor-batch), so its node class is not written",
          "4 NodePools, 1 EC2NodeClass",
        ],
        saysNot: ["not known to Dovetail", "DV2040"],
        check: ({ stdout }) => {
          for (const name of ["open", "spot-only"]) {
            expect(requirements(stdout, name)).toEqual(
              expect.arrayContaining([
                { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
                { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
              ]),
            );
          }
          for (const name of ["named-families", "by-template"]) {
            expect(JSON.stringify(requirements(stdout, name))).not.toMatch(/instance-category|instance-generation/);
          }
          expect(specOf(stdout, "by-template")).toMatchObject({
            template: { spec: { taints: [{ key: "batch" }], nodeClassRef: { name: "by-template" } } },
          });
        },
      },
    ],
  },
  {
    name: "13-kubelet-annotation-on-v1",
    title: "kubelet settings in an annotation move to a node class of their own",
    steps: [
      {
        args: convert(),
        exit: 0,
        says: ["1 NodePool, 1 EC2NodeClass", "2 objects of v1 already", "Karpenter 1.1 refuses to start"],
        saysNot: ["compatibility.karpenter.sh/v1beta1-kubelet-conversion:"],
        check: ({ stdout }) => {
          expect(specOf(stdout, "shared-dense")).toMatchObject({ kubelet: { maxPods: 110, podsPerCore: 6 } });
          expect(specOf(stdout, "dense")).toMatchObject({
            template: { spec: { nodeClassRef: { name: "shared-dense" } } },
          });
        },
      },
      {
        args: ["convert", "--from", "{input}/input-by-name"],
        exit: 1,
        says: [
          "NodePool/quay: spec.template.spec.kubelet: karpenter.sh/v1 has no field kubelet here",
          "1 object of v1 already, left as it is",
          "NodePool/berth: its kubelet settings belong to EC2NodeClass basin in v1, which cannot be converted",
          "the node class is not written",
        ],
        saysNot: ["not known to Dovetail", "not among the manifests"],
      },
      { args: ["assess", "--from", "{input}/input"], says: ["DV4045", "NodePool dense has the annotation"] },
      {
        args: [
          "simulate",
          "--from",
          "{input}/../real-04-autoscaler-minimum/input",
          "--nodepools",
          "{input}/input",
          "--region",
          "us-east-1",
        ],
        says: ["NodePool dense: the kubelet settings in its annotation"],
      },
    ],
  },
  {
    name: "real-08-image-selector-parts",
    title: "parts of a selector go on holding together",
    steps: [
      {
        args: convert(),
        exit: 0,
        check: ({ stdout }) => {
          const terms = (name: string): unknown => specOf(stdout, name)["amiSelectorTerms"];
          expect(terms("by-account")).toEqual([{ tags: { team: "loom" }, owner: "111122223333" }]);
          expect(terms("by-name")).toEqual([
            { name: "loom-*", tags: { stage: "approved" }, owner: "self" },
            { name: "loom-*", tags: { stage: "approved" }, owner: "111122223333" },
          ]);
          expect(terms("by-tag")).toEqual([{ tags: { "aws-eks/managed": "true" } }]);
          expect(specOf(stdout, "by-tag")).toMatchObject({ amiFamily: "AL2" });
        },
      },
    ],
  },
  {
    name: "real-09-two-makers-of-one-name",
    title: "two old objects of one name are two new ones, or the newer form is taken",
    steps: [
      {
        args: convert(),
        exit: 0,
        says: ["Provisioner/default becomes EC2NodeClass default-inline"],
        check: ({ stdout }) => {
          expect(specOf(stdout, "default", "EC2NodeClass")).toMatchObject({ instanceProfile: "outer-profile" });
          expect(specOf(stdout, "default-inline")).toMatchObject({ instanceProfile: "inline-profile" });
          expect(specOf(stdout, "default", "NodePool")).toMatchObject({
            template: { spec: { nodeClassRef: { name: "default-inline" } } },
          });
          expect(specOf(stdout, "second")).toMatchObject({ template: { spec: { nodeClassRef: { name: "default" } } } });
        },
      },
      {
        args: convert("input-half-migrated"),
        exit: 0,
        says: [
          "AWSNodeTemplate/general (v1alpha1) is left aside, because EC2NodeClass/general is there in v1beta1 as well",
          "Provisioner/general (v1alpha5) is left aside",
        ],
        check: ({ stdout }) => {
          expect(specOf(stdout, "general", "EC2NodeClass")).toMatchObject({ role: "new-role" });
          expect(JSON.stringify(requirements(stdout, "general"))).toContain("spot");
          expect(parseAll(stdout)).toHaveLength(2);
        },
      },
    ],
  },
];

function specOf(stdout: string, name: string, kind?: string): Record<string, unknown> {
  const found = parseAll(stdout).filter((one) => one.metadata.name === name && (kind ?? one.kind) === one.kind);
  expect(found).toHaveLength(1);
  return found[0]?.spec ?? {};
}

function requirements(stdout: string, name: string): unknown {
  return (specOf(stdout, name, "NodePool") as unknown as Pool).template.spec.requirements;
}

interface Pool {
  readonly template: { readonly spec: { readonly requirements: unknown } };
}
