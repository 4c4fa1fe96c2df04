/**
 * Writes `src/manifests/crds/<minor>.generated.ts`: the structural schemas and CEL rules of a release's CRDs as data, without upstream's
 * descriptions and messages.
 *
 *     npm run crds -- v1.15.2            from the Go module github.com/aws/karpenter-provider-aws, which Go fetches where it is not there
 *     npm run crds -- v0.37.7 FOLDER     from a folder that holds the CRD files as upstream ships them (pkg/apis/crds)
 *
 * The kubelet's fields, which a release with an open `spec.kubelet` checks against, come from the k8s.io/kubelet that it was built with.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { minorOf, moduleFolder, providerModule, releaseArgument } from "./go-module.ts";

type Node = Record<string, unknown>;

const wanted = /_(nodepools|ec2nodeclasses|provisioners|awsnodetemplates|nodeoverlays|capacitybuffers)\.yaml$/;
/** What Dovetail writes of each generation; 0.37.7 serves v1 too, for its own upgrade. */
const served: readonly (readonly [release: RegExp, versions: RegExp])[] = [
  [/^v0\.16\./, /\/v1alpha[15]$/],
  [/^v0\./, /\/v1beta1$/],
  [/^v1\./, /\/(v1|v1alpha1|v1beta1)$/],
];
const folder = resolve(import.meta.dirname, "../src/manifests/crds");
const keptKeys = new Set([
  "type",
  "properties",
  "items",
  "additionalProperties",
  "required",
  "enum",
  "pattern",
  "format",
  "default",
  "nullable",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "anyOf",
  "allOf",
  "oneOf",
  "not",
]);

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A schema without prose. `x-…` fields become short ones: rules, listType, mapKeys, intOrString, open. */
function reduced(schema: Node): Node {
  const result: Node = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties" && isNode(value)) {
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, isNode(inner) ? reduced(inner) : inner]),
      );
    } else if ((key === "items" || key === "additionalProperties" || key === "not") && isNode(value))
      result[key] = reduced(value);
    else if ((key === "anyOf" || key === "allOf" || key === "oneOf") && Array.isArray(value)) {
      result[key] = value.map((inner: unknown) => (isNode(inner) ? reduced(inner) : inner));
    } else if (keptKeys.has(key)) result[key] = value;
  }
  const rules = schema["x-kubernetes-validations"];
  if (Array.isArray(rules)) result["rules"] = rules.map((rule: unknown) => (isNode(rule) ? rule["rule"] : undefined));
  if (schema["x-kubernetes-list-type"] === "set") result["listType"] = "set";
  if (schema["x-kubernetes-list-type"] === "map") {
    result["listType"] = "map";
    result["mapKeys"] = schema["x-kubernetes-list-map-keys"];
  }
  if (schema["x-kubernetes-int-or-string"] === true) result["intOrString"] = true;
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) result["open"] = true;
  return result;
}

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Node } }[];
  };
}

function crdsIn(from: string, release: string): Node[] {
  const versions = served.find(([pattern]) => pattern.test(release))?.[1];
  return readdirSync(from)
    .filter((name) => wanted.test(name))
    .toSorted()
    .flatMap((name) => {
      const crd = parse(readFileSync(join(from, name), "utf8")) as Crd;
      return crd.spec.versions.map((version) => ({
        karpenter: release,
        apiVersion: `${crd.spec.group}/${version.name}`,
        kind: crd.spec.names.kind,
        // Status is the controller's business.
        spec: reduced(version.schema.openAPIV3Schema)["properties"],
      }));
    })
    .filter((crd) => versions?.test(crd.apiVersion) === true)
    .map(({ spec, ...rest }) => ({ ...rest, spec: isNode(spec) ? spec["spec"] : undefined }));
}

/** Fields of the kubelet's configuration, for a release whose CRD leaves them open. */
function kubeletFields(source: string): readonly string[] {
  const version = /k8s\.io\/kubelet (v\S+)/.exec(readFileSync(join(source, "go.mod"), "utf8"))?.[1];
  if (version === undefined) return [];
  const text = readFileSync(join(moduleFolder("k8s.io/kubelet", version), "config/v1beta1/types.go"), "utf8");
  const struct = /^type KubeletConfiguration struct \{\n([^]*?)^\}/m.exec(text)?.[1] ?? "";
  return Array.from(struct.matchAll(/json:"([a-zA-Z0-9]+)/g), (match) => match[1] ?? "").toSorted();
}

function leavesKubeletOpen({ spec }: Node): boolean {
  const properties = isNode(spec) ? spec["properties"] : undefined;
  const kubelet = isNode(properties) ? properties["kubelet"] : undefined;
  return isNode(kubelet) && kubelet["open"] === true;
}

function main([text, given]: readonly string[]): void {
  const release = releaseArgument(text, "npm run crds -- vMAJOR.MINOR.PATCH [FOLDER]");
  if (release === undefined) return;
  const source = given === undefined ? moduleFolder(providerModule, release) : undefined;
  const crds = crdsIn(given ?? join(source ?? "", "pkg/apis/crds"), release);
  const fields = source !== undefined && crds.some(leavesKubeletOpen) ? kubeletFields(source) : [];
  const facts = { crds, ...(fields.length === 0 ? {} : { kubeletFields: fields }) };
  const lines = [
    "// Written by scripts/crd-facts.ts from the CRDs of github.com/aws/karpenter-provider-aws and sigs.k8s.io/karpenter (Apache-2.0).",
    "// Structure and rules only; do not edit.",
    "",
    `/** Schema and rules of ${release}'s CRDs, as JSON. */`,
    `export const facts = ${JSON.stringify(JSON.stringify(facts))};`,
    "",
  ].join("\n");
  const file = join(folder, `${minorOf(release)}.generated.ts`);
  writeFileSync(file, lines);
  process.stdout.write(`${file}: ${crds.length} CRDs, ${Math.round(lines.length / 1024)} KiB\n`);
}

main(process.argv.slice(2));
