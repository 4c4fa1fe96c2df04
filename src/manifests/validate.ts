import type { ErrorObject } from "ajv";
import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import { celRule, isTransition } from "./cel.ts";
import { ownViolations } from "./checks.ts";
import type { CrdFacts, CrdSchema } from "./crd.ts";
import { crds } from "./crds.generated.ts";
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
}

/**
 * What Karpenter's CRDs would object to: structural schema, every CEL rule, and what its webhooks or controllers check besides.
 *
 * Objects of other kinds are passed over, but a kind of Karpenter's in a version that no supported release serves is a violation.
 */
export function validateManifests(
  objects: readonly KubeObject[],
  stored: readonly KubeObject[] = [],
): readonly Violation[] {
  return objects.flatMap((object) => {
    const old = stored.find((other) => other.kind === object.kind && other.metadata.name === object.metadata.name);
    return validateManifest(old === undefined ? { object } : { object, stored: old });
  });
}

/** Violations of one object. */
export function validateManifest({ object, stored }: Candidate): readonly Violation[] {
  const name = `${object.kind}/${object.metadata.name}`;
  const at = (path: string, rule: string, message: string): Violation => ({ object: name, path, rule, message });
  const crd = crds.find((item) => item.kind === object.kind && item.apiVersion === object.apiVersion);
  if (crd === undefined) {
    if (!/^karpenter\.(sh|k8s\.aws)\//.test(object.apiVersion)) return [];
    return [
      at("apiVersion", "served versions", `no supported Karpenter release serves ${object.apiVersion} ${object.kind}`),
    ];
  }
  // Defaults are filled in before rules are asked; the caller's object stays as it is.
  const spec = structuredClone(specOf(object) ?? {});
  const schema = schemaErrors(crd, spec).map((error) => {
    const path = `spec${pathOf(error.instancePath)}`;
    const extra = (error.params as { additionalProperty?: string }).additionalProperty;
    if (extra !== undefined)
      return at(`${path}.${extra}`, unknownField, `${crd.apiVersion} has no field ${extra} here`);
    return at(path, ruleOf(error), error.message ?? error.keyword);
  });
  const rules = ruleViolations(crd, spec, specOf(stored)).map(({ path, rule, message }) => at(path, rule, message));
  const own = ownViolations(object, spec).map(({ path, rule, message }) => at(path, rule, message));
  return [...schema, ...rules, ...own];
}

// `pattern "^…$"`, `required weight`: the keyword with what it is about, as ajv's parameters tell it.
function ruleOf({ keyword, params }: ErrorObject): string {
  const values = Object.values(params as Record<string, Json>).map((value) =>
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
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    found.push(...repeats(schema, items, path));
    const { items: inner } = schema;
    if (inner !== undefined)
      items.forEach((item, i) => visit(inner, { value: item, stored: undefined, path: `${path}[${i}]` }, found));
    return;
  }
  if (typeof value !== "object") return;
  for (const [key, member] of Object.entries(value as JsonObject)) {
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
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject)[key] : undefined;
}

function specOf(object: KubeObject | undefined): JsonObject | undefined {
  return (object as (KubeObject & { readonly spec?: JsonObject }) | undefined)?.spec;
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
