import { makeFinding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import { defined, isObject, objectAt, printed, textAt } from "../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import { manifestOf, type Manifest } from "../assemble.ts";
import type { Document } from "../ledger.ts";
import type { Conversing, Converted } from "./types.ts";
import { head, nodeIdentityOf, imageOf, metadataOptions, notWritten, oldDisks, open, writtenOut } from "./v1beta1.ts";

/** AWSNodeTemplate of 0.16 to 0.31; undefined when its images have no successor, which the findings say. */
export function convertNodeTemplate(object: KubeObject & JsonObject, context: Conversing): Converted | undefined {
  const document = open(object, context);
  const spec = nodeClassSpec(context, document, objectAt(object, "spec"));
  if (spec === undefined) return undefined;
  const name = context.className ?? object.metadata.name;
  return { manifest: manifestOf(head("karpenter.k8s.aws/v1", "EC2NodeClass", object, name), spec) };
}

/** The inline form is an AWSNodeTemplate's spec; its fields are accounted for as one by the Provisioner; undefined as above. */
export function inlineClass(context: Conversing, provider: JsonObject, name: string): Manifest | undefined {
  const document = context.ledger.open("provider", { spec: provider });
  const spec = nodeClassSpec(context, document, provider);
  if (spec === undefined) return undefined;
  return manifestOf({ apiVersion: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", metadata: { name } }, spec);
}

const copied = ["userData", "tags", "blockDeviceMappings", "context", "detailedMonitoring"];

const selectors = [
  ["amiSelector", "amiSelectorTerms"],
  ["subnetSelector", "subnetSelectorTerms"],
  ["securityGroupSelector", "securityGroupSelectorTerms"],
] as const;
/** Fields that are lost with a node class that cannot be written. */
const unwritten = [...copied, "instanceProfile", "amiFamily", "metadataOptions", ...selectors.map(([one]) => one)];

function nodeClassSpec(context: Conversing, document: Document, spec: JsonObject): JsonObject | undefined {
  document.state("spec.apiVersion", "spec.kind");
  const template = textAt(spec, "launchTemplate");
  if (template !== undefined) {
    const fix =
      "write an EC2NodeClass with what the launch template says, and name it in the nodeClassRef of the NodePools: " +
      "`dovetail translate` does so for node groups";
    const about = {
      object: context.object,
      reason: `v1 takes no launch template (${template}), so its node class is not written`,
      fix,
    };
    context.ledger.find(makeFinding(translationFindings, "DV2042", context.object, about));
    document.lost("spec.launchTemplate", {
      why: "v1 takes no launch templates",
      risk: "the node class is not written",
    });
    return notWritten(document, spec, unwritten);
  }
  const family = textAt(spec, "amiFamily") ?? "AL2";
  const image = imageOf(context, document, { family, terms: imageTerms(objectAt(spec, "amiSelector")) });
  if (image === undefined) return notWritten(document, spec, unwritten);
  for (const field of [...copied, "instanceProfile"]) document.kept(["spec", field], `EC2NodeClass spec.${field}`);
  for (const [field, to] of selectors) takeSelector(document, spec, { field, to });
  return {
    ...nodeIdentityOf(context, undefined, spec["instanceProfile"]),
    ...image,
    subnetSelectorTerms: networkTerms(objectAt(spec, "subnetSelector")),
    securityGroupSelectorTerms: networkTerms(objectAt(spec, "securityGroupSelector")),
    ...defined(Object.fromEntries(copied.map((field) => [field, spec[field]]))),
    ...oldDisks(context, family, spec),
    metadataOptions: oldMetadataOptions(context, document, spec),
  };
}

/** A Provisioner's nodes had EC2's own defaults for what was left out of given options, v1 has others. */
function oldMetadataOptions(context: Conversing, document: Document, spec: JsonObject): JsonObject {
  const given = objectAt(spec, "metadataOptions");
  if (Object.keys(given).length === 0) return metadataOptions(context, document, spec);
  document.kept("spec.metadataOptions", "EC2NodeClass spec.metadataOptions");
  if (given["httpTokens"] !== undefined) return given;
  writtenOut(context, "spec.metadataOptions.httpTokens", "optional");
  return { ...given, httpTokens: "optional" };
}

const idKeys = ["aws-ids", "aws::ids"];
const imageKeys = [...idKeys, "aws::name", "aws::owners"];

// All parts of a selector hold together (karpenter v0.31.5, `pkg/providers/amifamily/ami.go`); v1 takes an id by itself only.
function takeSelector(
  document: Document,
  spec: JsonObject,
  { field, to }: { readonly field: string; readonly to: string },
): void {
  const keys = Object.keys(objectAt(spec, field));
  const isMixed = keys.some((key) => idKeys.includes(key)) && keys.some((key) => !idKeys.includes(key));
  if (!isMixed) return document.kept(["spec", field], `EC2NodeClass spec.${to}`);
  document.changed(["spec", field], {
    to: `EC2NodeClass spec.${to}`,
    becomes: "ids only",
    why: "v1 selects by id alone, and the other parts, which had to hold too, are left out",
    fix: "check that every one of these ids is wanted",
    severity: "warning",
  });
}

function networkTerms(selector: JsonObject): readonly JsonObject[] {
  const ids = idTerms(selector);
  return ids.length > 0 ? ids : tagMaps(selector, idKeys, split).map((tags) => ({ tags }));
}

function imageTerms(selector: JsonObject): readonly JsonObject[] {
  const ids = idTerms(selector);
  if (ids.length > 0 || Object.keys(selector).length === 0) return ids;
  // Of images a tag's value is one value, commas and all.
  const maps = tagMaps(selector, imageKeys, (value) => (value === undefined ? [] : [printed(value)]));
  const owners = split(selector["aws::owners"]);
  const names = split(selector["aws::name"]);
  const parts = (names.length === 0 ? [{}] : names.map((name) => ({ name }))).flatMap((name) =>
    maps.length === 0 ? [name] : maps.map((tags) => ({ ...name, tags })),
  );
  if (owners.length === 0) return parts.filter((part) => Object.keys(part).length > 0);
  // An owner alone selects nothing in v1.
  return parts.flatMap((part) =>
    owners.map((owner) => (Object.keys(part).length === 0 ? { name: "*", owner } : { ...part, owner })),
  );
}

function idTerms(selector: JsonObject): readonly JsonObject[] {
  return idKeys.flatMap((key) => split(selector[key])).map((id) => ({ id }));
}

// Values of a list are alternatives; several keys must hold together.
function tagMaps(
  selector: JsonObject,
  others: readonly string[],
  valuesOf: (value: Json | undefined) => readonly string[],
): readonly Record<string, string>[] {
  const keys = Object.keys(selector)
    .filter((key) => !others.includes(key))
    .toSorted();
  let maps: Record<string, string>[] = [{}];
  for (const key of keys) {
    const values = valuesOf(selector[key]);
    maps = (values.length === 0 ? [""] : values).flatMap((value) => maps.map((map) => ({ ...map, [key]: value })));
  }
  return keys.length === 0 ? [] : maps;
}

function split(value: Json | undefined): readonly string[] {
  if (value === undefined || isObject(value)) return [];
  return printed(value)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
