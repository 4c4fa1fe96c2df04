import { plainOf, isList, isObject, textAt } from "../kube/json.ts";
import type { ErrorObject } from "ajv";
import { knownTo } from "../karpenter/aws/node-class.ts";
import { defaultRelease, type Release } from "../karpenter/releases.ts";
import { groupBy } from "../kube/group-by.ts";
import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import { celRule, isTransition } from "./cel.ts";
import { familyNameOf } from "../karpenter/aws/families.ts";
import { ownViolations } from "./checks.ts";
import type { CrdFacts, CrdSchema } from "./crd.ts";
import { crdOf, crdOfAny, kubeletFieldsOf } from "./crds.ts";
import { sentenceOf } from "./rules.ts";
import { schemaErrors } from "./schema.ts";

/** One way in which a manifest would be refused. */
export interface Violation {
  /** `EC2NodeClass/workers`. */
  readonly object: string;
  /** `spec.template.spec.requirements[0].values`. */
  readonly path: string;
  /** The CEL expression, the schema keyword with its value, or the name of our own check. */
  readonly rule: string;
  readonly message: string;
}

/** The rule of a field that the CRD does not have. */
export const unknownField = "unknown field";

/** An object to check, with the stored one where it is an update: some rules compare the two. */
export interface Candidate {
  readonly object: KubeObject;
  readonly stored?: KubeObject;
  /** Whose CRDs are asked; absent: the default release's for what it serves, else those of the last one that served the version. */
  readonly release?: Release;
}

/** What manifests are checked against. */
export interface Checking {
  /** Objects that are there already. */
  readonly stored?: readonly KubeObject[];
  readonly release?: Release;
}

/**
 * What Karpenter's CRDs would object to: structural schema, every CEL rule, and what its webhooks or controllers check besides.
 *
 * Objects of other kinds are passed over, but a kind of Karpenter's in a version that the release does not serve is a violation, and so are
 * objects of several API generations in one set: no release serves them all.
 */
export function validateManifests(
  objects: readonly KubeObject[],
  { stored = [], release }: Checking = {},
): readonly Violation[] {
  const violations = objects.flatMap((object) => {
    const old = stored.find((other) => other.kind === object.kind && other.metadata.name === object.metadata.name);
    return validateManifest({
      object,
      ...(old === undefined ? {} : { stored: old }),
      ...(release === undefined ? {} : { release }),
    });
  });
  return [...(release === undefined ? mixture(objects) : []), ...violations];
}

const generations: readonly (readonly [apiVersion: RegExp, name: string])[] = [
  [/^karpenter\.(sh|k8s\.aws)\/v1$/, "v1"],
  [/^karpenter\.(sh|k8s\.aws)\/v1beta1$/, "v1beta1"],
  [/^karpenter\.(sh\/v1alpha5|k8s\.aws\/v1alpha1)$/, "v1alpha5"],
];

// Which of them is meant is the user's to say: the rarer ones are named.
function mixture(objects: readonly KubeObject[]): readonly Violation[] {
  const of = objects.filter((object) => generationOf(object) !== "");
  const [most, ...others] = [...groupBy(of, generationOf)].toSorted(([, a], [, b]) => b.length - a.length);
  return others.flatMap(([, few]) =>
    few.slice(0, 1).map((object) => ({
      object: `${object.kind}/${object.metadata.name}`,
      path: "apiVersion",
      rule: "one API generation",
      message: `${object.apiVersion} stands among manifests of ${most?.[0] ?? ""}: no Karpenter release serves both`,
    })),
  );
}

function generationOf({ apiVersion }: KubeObject): string {
  return generations.find(([pattern]) => pattern.test(apiVersion))?.[1] ?? "";
}

/** Violations of one object. */
export function validateManifest({ object, stored, release }: Candidate): readonly Violation[] {
  const name = `${object.kind}/${object.metadata.name}`;
  const at = (path: string, rule: string, message: string): Violation => ({ object: name, path, rule, message });
  const { apiVersion, kind } = object;
  const crd = release === undefined ? crdOfAny(apiVersion, kind) : crdOf(release, apiVersion, kind);
  if (crd === undefined) {
    if (!/^karpenter\.(sh|k8s\.aws)\//.test(apiVersion)) return [];
    const who = release === undefined ? "no supported Karpenter release" : `Karpenter ${release.version}`;
    const serves = release === undefined ? "serves" : "does not serve";
    return [at("apiVersion", "served versions", `${who} ${serves} ${apiVersion} ${kind}`)];
  }
  // Defaults are filled in before rules are asked; the caller's object stays as it is.
  const spec = structuredClone(specOf(object) ?? {});
  const errors = schemaErrors(crd, spec);
  const schema = errors.map((error) => {
    const path = `spec${pathOf(error.instancePath)}`;
    const extra = textAt(plainOf(error.params), "additionalProperty");
    if (extra !== undefined)
      return at(`${path}.${extra}`, unknownField, `${crd.apiVersion} has no field ${extra} here`);
    return at(path, ruleOf(error), error.message ?? error.keyword);
  });
  const rules = ruleViolations(crd, spec, specOf(stored)).map(({ path, rule, message }) => at(path, rule, message));
  const later = laterFields(object, spec, release).filter((field) => crd.spec.properties?.[field] !== undefined);
  const laterOnes = later.map((field) =>
    at(`spec.${field}`, unknownField, `Karpenter ${release?.version ?? ""} has no field ${field} here`),
  );
  const fields = kubeletFieldsOf(release ?? defaultRelease);
  // Terms that the schema refuses tell no family, whatever stands there.
  const family = errors.some(({ instancePath }) => /^\/ami(SelectorTerms|Family)\b/.test(instancePath))
    ? undefined
    : familyNameOf(spec);
  const own = ownViolations(object, spec, fields === undefined ? undefined : { fields, family }).map(
    ({ path, rule, message }) => at(path, rule, message),
  );
  return [...schema, ...laterOnes, ...rules, ...own];
}

// Where the CRD at hand is that of a later release, it allows what this one does not know yet.
function laterFields(object: KubeObject, spec: JsonObject, release: Release | undefined): readonly string[] {
  if (release?.line !== "v1" || object.kind !== "EC2NodeClass") return [];
  const known = knownTo(release.behaviour, spec);
  return Object.keys(spec).filter((field) => !(field in known));
}

// `pattern "^…$"`, `required weight`: the keyword with what it is about, as ajv's parameters tell it.
function ruleOf({ keyword, params }: ErrorObject): string {
  const values = Object.values(plainOf(params)).map((value) =>
    typeof value === "string" ? value : JSON.stringify(value),
  );
  return [keyword, ...values].join(" ");
}

interface Broken {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

function ruleViolations(crd: CrdFacts, spec: JsonObject, stored: JsonObject | undefined): readonly Broken[] {
  const found: Broken[] = [];
  visit(crd.spec, { value: spec, stored, path: "spec" }, found);
  return found;
}

interface Place {
  readonly value: Json | undefined;
  readonly stored: Json | undefined;
  readonly path: string;
}

// Rules hang on the value that they speak of; absent values are not asked.
function visit(schema: CrdSchema, place: Place, found: Broken[]): void {
  const { value, stored, path } = place;
  if (value === undefined || value === null) return;
  for (const rule of schema.rules ?? []) {
    if (isTransition(rule) && stored === undefined) continue;
    const { isKept, error } = celRule(rule)(value, stored);
    if (!isKept) found.push({ path, rule, message: error ?? sentenceOf(rule) });
  }
  if (isList(value)) {
    found.push(...repeats(schema, value, path));
    const { items: inner } = schema;
    if (inner !== undefined)
      value.forEach((item, i) => visit(inner, { value: item, stored: undefined, path: `${path}[${i}]` }, found));
    return;
  }
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const inner =
      schema.properties?.[key] ??
      (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined);
    if (inner === undefined) continue;
    visit(inner, { value: member, stored: memberOf(stored, key), path: `${path}.${key}` }, found);
  }
}

function repeats(schema: CrdSchema, items: readonly Json[], path: string): readonly Broken[] {
  if (schema.listType === undefined) return [];
  const keys = schema.mapKeys ?? [];
  const texts = items.map((item) =>
    JSON.stringify(schema.listType === "set" ? item : keys.map((key) => memberOf(item, key) ?? null)),
  );
  const repeated = texts.findIndex((text, index) => texts.indexOf(text) !== index);
  if (repeated < 0) return [];
  const what = schema.listType === "set" ? "an item twice" : `two items with the same ${keys.join(" and ")}`;
  return [{ path: `${path}[${repeated}]`, rule: `list type ${schema.listType}`, message: `the list has ${what}` }];
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined;
}

function specOf(object: KubeObject | undefined): JsonObject | undefined {
  const spec = plainOf(object)["spec"];
  return isObject(spec) ? spec : undefined;
}

// ajv points with slashes: /template/spec/requirements/0/key.
function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join("");
}
