/** "Kept" means that the node will do it: what a translation keeps of user data is in the user data that Karpenter makes of its EC2NodeClass. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { joinedGroup, launchTemplate } from "../../test/support/node-groups.ts";
import { codecs } from "../app/translate/codecs.ts";
import { printArchive } from "../aws/user-data/archive.ts";
import { userDataOf } from "../karpenter/aws/user-data/user-data.ts";
import { defaultRelease } from "../karpenter/releases.ts";
import { isObject } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import { translate } from "./translate.ts";

const images: Readonly<Record<string, string>> = {
  AL2: "amazon-eks-node-1.31-v20240807",
  AL2023: "amazon-eks-node-al2023-x86_64-standard-1.31-v20240807",
  Bottlerocket: "bottlerocket-aws-k8s-1.31-x86_64-v1.20.4-7af20e0e",
  Windows2022: "Windows_Server-2022-English-Core-EKS_Optimized-1.31-2025.08.12",
  Custom: "our-own-17",
};

/** Parts that each hold a mark of their own, by the kind of program that reads them. */
const parts: readonly (readonly [mediaType: string, text: (mark: string) => string])[] = [
  [
    "text/x-shellscript",
    (mark) => `#!/bin/bash\necho ${mark}\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--node-labels=x-${mark}=y'\n`,
  ],
  ["text/x-shellscript", (mark) => `#!/bin/bash -e\nif true; then\n  echo ${mark} > /etc/x\nfi\n`],
  [
    "text/cloud-config",
    (mark) => `#cloud-config\npackages: [${mark}]\nruncmd:\n- /etc/eks/bootstrap.sh c\n- echo ${mark}-run\n`,
  ],
  ["text/cloud-config", (mark) => `#cloud-config\nwrite_files:\n- {path: /etc/${mark}, content: x}\n`],
  ["text/jinja2", (mark) => `## template: jinja\n#cloud-config\nx: ${mark}\n`],
  [
    "application/node.eks.aws",
    (mark) =>
      `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  containerd: {config: ${mark}}\n  kubelet: {flags: ["--node-labels=l-${mark}=y", "--v=${mark}"]}\n`,
  ],
  [
    "text/plain",
    (mark) =>
      `[settings.kubernetes]\nlog-level = "${mark}"\nhostname-override = "${mark}-host"\n[settings.motd]\nx = "${mark}-motd"\n`,
  ],
  ["text/plain", (mark) => `<powershell>\nWrite-Host ${mark}\n</powershell>\n`],
  ["text/plain", (mark) => `${mark} is nothing\n`],
];

const packings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll("\n", "\r\n"),
  (text) => Buffer.from(text).toString("base64"),
  (text) => gzipSync(text).toString("base64"),
];

const drawn = fc.record({
  family: fc.constantFrom(...Object.keys(images)),
  alias: fc.constantFrom(undefined, "al2@latest", "al2023@latest", "bottlerocket@latest"),
  picks: fc.array(fc.nat(parts.length - 1), { minLength: 1, maxLength: 4 }),
  isArchive: fc.boolean(),
  packing: fc.nat(packings.length - 1),
});

test("every mark in user data reaches the node, has a field of its own, or is named as lost", () => {
  fc.assert(
    fc.property(drawn, ({ family, alias, picks, isArchive, packing }) => {
      const chosen = picks.map((pick, index) => {
        const [mediaType = "", text = (): string => ""] = parts[pick] ?? [];
        return { mediaType, text: text(`mark${index}`) };
      });
      const plain = isArchive || chosen.length > 1 ? printArchive(chosen) : (chosen[0]?.text ?? "");
      const result = translated(packings[packing]?.(plain) ?? plain, family, alias);
      const node = nodeUserData(result.spec);
      for (const mark of new Set(plain.match(/mark\d(-run|-host|-motd)?/g))) {
        const isNamed = new RegExp(`${mark}(?!-)\\b`).test(`${node}\n${result.fields}\n${result.lost}`);
        expect(isNamed, `${mark} of\n${plain}\nin\n${node}\nlost\n${result.lost}`).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

function translated(
  userData: string,
  family: string,
  amiAlias: string | undefined,
): { readonly spec: JsonObject; readonly fields: string; readonly lost: string } {
  const group = joinedGroup(
    { kind: "self-managed" },
    { template: launchTemplate({ ImageId: "ami-1", InstanceType: "m5.large", UserData: userData }) },
  );
  const image = { ImageId: "ami-1", Name: images[family] ?? "", ImageOwnerAlias: "amazon", Architecture: "x86_64" };
  const account = { region: "eu-west-1", images: [image] };
  const result = translate(
    { nodeGroups: [group], clusterName: "c", kubernetesVersion: "1.31", account, codecs },
    amiAlias === undefined ? {} : { amiAlias },
  );
  const [first] = result.groups;
  const { userData: _, ...fields } = first?.nodeClass.spec ?? {};
  return {
    spec: first?.nodeClass.spec ?? {},
    fields: JSON.stringify([fields, first?.nodePool.spec.template]),
    lost: [
      ...(first?.fates ?? [])
        .filter(({ fate }) => fate === "lost")
        .map((fate) => JSON.stringify([fate.field, fate.value])),
      ...result.findings.map(({ message }) => message),
    ].join("\n"),
  };
}

function nodeUserData(spec: JsonObject): string {
  const made = userDataOf(
    {
      behaviour: defaultRelease.behaviour,
      spec,
      images: [],
      cluster: { name: "c", endpoint: "https://c", cidr: "172.20.0.0/16" },
      labels: {},
      taints: [],
      startupTaints: [],
      capacityType: "on-demand",
      maxPods: 29,
    },
    codecs,
  );
  expect(made, JSON.stringify(spec)).toMatchObject({ ok: true });
  expect(isObject(spec)).toBe(true);
  return made.ok ? made.text : "";
}
