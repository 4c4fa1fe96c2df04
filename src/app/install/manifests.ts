import { parseAllDocuments } from "yaml";
import type { Release } from "../../karpenter/release.ts";
import { usage } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { validateManifests } from "../../manifests/validate.ts";
import { type Manifest, manifestOf } from "./options.ts";

const classKinds = ["EC2NodeClass", "AWSNodeTemplate"];
const poolKinds = ["NodePool", "Provisioner"];

/** All pools and node classes below a folder or in one file, node classes first. A usage fault names file and line of what is none. */
export async function readManifests(world: World, path: string): Promise<readonly Manifest[]> {
  const stat = await world.files.stat(path);
  if (stat === undefined)
    throw usage("no-manifests", `${path} does not exist`, "pass --manifests FOLDER as `dovetail translate` writes it");
  const paths =
    stat.kind === "file" ? [path] : (await world.files.list(path)).filter((one) => /\.ya?ml$|\.json$/.test(one));
  const found: Manifest[] = [];
  for (const one of paths) found.push(...parseManifests(one, new TextDecoder().decode(await world.files.read(one))));
  if (found.length === 0)
    throw usage(
      "no-manifests",
      `${path} holds no NodePool and no EC2NodeClass`,
      "write some with `dovetail translate`",
    );
  return checked(found);
}

/** The manifests in apply order. Throws a usage fault that names every rule of the CRDs that one breaks. */
function checked(manifests: readonly Manifest[]): readonly Manifest[] {
  const violations = validateManifests(manifests);
  if (violations.length > 0) {
    const lines = violations.map((one) => `${one.object} ${one.path}: ${one.message}`);
    throw usage(
      "invalid-manifests",
      `the API server would refuse ${violations.length} fields: ${lines.join("; ")}`,
      "correct them and run this again",
    );
  }
  const rank = (one: Manifest): number => (classKinds.includes(one.kind) ? 0 : 1);
  return manifests.toSorted((a, b) => rank(a) - rank(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The guide's default pool: any current instance type, on-demand, in the discovered subnets. */
export function defaultPool(of: {
  readonly clusterName: string;
  readonly nodeRole: string;
  readonly release: Release;
}): readonly Manifest[] {
  const { clusterName, nodeRole, release } = of;
  const discovery = { "karpenter.sh/discovery": clusterName };
  if (release.line === "v1alpha5") return alphaPool(discovery);
  const version = release.line;
  const isStable = version === "v1";
  const terms = { subnetSelectorTerms: [{ tags: discovery }], securityGroupSelectorTerms: [{ tags: discovery }] };
  const image = isStable ? { amiSelectorTerms: [{ alias: "al2023@latest" }] } : { amiFamily: "AL2023" };
  const group = isStable ? { group: "karpenter.k8s.aws" } : {};
  return [
    manifestOf({
      apiVersion: `karpenter.k8s.aws/${version}`,
      kind: "EC2NodeClass",
      metadata: { name: "default" },
      spec: { role: nodeRole, ...image, ...terms },
    }),
    manifestOf({
      apiVersion: `karpenter.sh/${version}`,
      kind: "NodePool",
      metadata: { name: "default" },
      spec: {
        disruption: isStable
          ? { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "1m" }
          : { consolidationPolicy: "WhenUnderutilized" },
        template: {
          spec: {
            requirements: requirements(["c", "m", "r"]),
            nodeClassRef: { ...group, kind: "EC2NodeClass", name: "default" },
          },
        },
      },
    }),
  ];
}

function requirements(categories: readonly string[]): readonly object[] {
  return [
    { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
    { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
    { key: "karpenter.k8s.aws/instance-category", operator: "In", values: categories },
    { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
  ];
}

function alphaPool(discovery: Readonly<Record<string, string>>): readonly Manifest[] {
  return [
    manifestOf({
      apiVersion: "karpenter.k8s.aws/v1alpha1",
      kind: "AWSNodeTemplate",
      metadata: { name: "default" },
      spec: { subnetSelector: discovery, securityGroupSelector: discovery },
    }),
    manifestOf({
      apiVersion: "karpenter.sh/v1alpha5",
      kind: "Provisioner",
      metadata: { name: "default" },
      spec: {
        requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
        providerRef: { name: "default" },
        ttlSecondsAfterEmpty: 30,
      },
    }),
  ];
}

function parseManifests(path: string, text: string): readonly Manifest[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const at = problem.linePos?.[0];
      throw usage(
        "yaml",
        `${path}:${at?.line ?? 1}:${at?.col ?? 1}: ${problem.message.split("\n")[0] ?? ""}`,
        "correct the YAML",
      );
    }
    const object = document.toJS() as unknown;
    if (typeof object !== "object" || object === null) return [];
    // Kustomize's own file lies among the manifests that translate writes.
    if ("kind" in object && object.kind === "Kustomization") return [];
    const manifest = manifestOf(object);
    if ([...classKinds, ...poolKinds].includes(manifest.kind)) return [manifest];
    throw usage(
      "foreign-kind",
      `${path}: ${manifest.kind} ${manifest.metadata.name} is no pool or node class of Karpenter's`,
      "take it out of the folder",
    );
  });
}
