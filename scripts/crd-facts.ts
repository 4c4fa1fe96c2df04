/**
 * Writes `src/manifests/crds.generated.ts`: the structural schemas and CEL rules of Karpenter's CRDs as data, without upstream's
 * descriptions and messages.
 *
 *     npx tsx scripts/crd-facts.ts FOLDER      FOLDER/v1.14.1, FOLDER/v0.37.7 and FOLDER/v0.16.3 hold the CRD files as upstream ships them
 *
 * The files are in the Go modules `github.com/aws/karpenter-provider-aws` (pkg/apis/crds) and `sigs.k8s.io/karpenter` of these versions.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

type Node = Record<string, unknown>;

const wanted = /_(nodepools|ec2nodeclasses|provisioners|awsnodetemplates)\.yaml$/;

/** Each API version from the release that Dovetail installs for it; 0.37.7 serves v1 too, for its own upgrade. */
const releases: Readonly<Record<string, RegExp>> = {
  "v1.14.1": /\/v1$/,
  "v0.37.7": /\/v1beta1$/,
  "v0.16.3": /\/v1alpha[15]$/,
};
const target = resolve(import.meta.dirname, "../src/manifests/crds.generated.ts");
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

function crdsIn(folder: string, karpenter: string): Node[] {
  return readdirSync(folder)
    .filter((name) => wanted.test(name))
    .toSorted()
    .flatMap((name) => {
      const crd = parse(readFileSync(join(folder, name), "utf8")) as {
        spec: {
          group: string;
          names: { kind: string; plural: string };
          versions: { name: string; schema: { openAPIV3Schema: Node } }[];
        };
      };
      return crd.spec.versions.map((version) => ({
        karpenter,
        apiVersion: `${crd.spec.group}/${version.name}`,
        kind: crd.spec.names.kind,
        // Status is the controller's business.
        spec: reduced(version.schema.openAPIV3Schema)["properties"],
      }));
    })
    .map(({ spec, ...rest }) => ({ ...rest, spec: isNode(spec) ? spec["spec"] : undefined }));
}

const root = process.argv[2];
if (root === undefined) {
  process.stderr.write("usage: npx tsx scripts/crd-facts.ts FOLDER\n");
  process.exitCode = 2;
} else {
  const crds = Object.entries(releases).flatMap(([release, version]) =>
    crdsIn(join(root, release), release).filter((crd) => version.test(String(crd["apiVersion"]))),
  );
  const text = [
    "// Written by scripts/crd-facts.ts from the CRDs of github.com/aws/karpenter-provider-aws and sigs.k8s.io/karpenter (Apache-2.0).",
    "// Structure and rules only; do not edit.",
    'import type { CrdFacts } from "../src/manifests/crd.ts";',
    "",
    "/** Schema and rules of every version that Dovetail writes manifests for. */",
    `export const crds: readonly CrdFacts[] = JSON.parse(${JSON.stringify(JSON.stringify(crds))}) as readonly CrdFacts[];`,
    "",
  ].join("\n");
  writeFileSync(target, text);
  process.stdout.write(`${crds.length} CRDs, ${Math.round(text.length / 1024)} KiB\n`);
}
