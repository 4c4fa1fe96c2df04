import { makeFinding, type Finding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import { manifestOf, type Manifest } from "../assemble.ts";
import { canonical, objectAt, textAt } from "../../kube/json.ts";
import { Ledger } from "../ledger.ts";
import type { FieldFate } from "../types.ts";
import type { ConvertOptions, Converted, Conversing } from "./types.ts";
import { convertNodeTemplate, convertProvisioner } from "./v1alpha5.ts";
import { convertNodeClass, convertNodePool } from "./v1beta1.ts";

/** Older Karpenter manifests in, v1 manifests out, with a fate for every field. */
export interface Conversion {
  readonly manifests: readonly Manifest[];
  readonly objects: readonly { readonly object: string; readonly fates: readonly FieldFate[] }[];
  readonly findings: readonly Finding[];
  /** How many objects were v1 already and are not repeated. */
  readonly current: number;
}

const converters: Readonly<
  Record<string, (object: KubeObject & JsonObject, context: Conversing) => Converted | undefined>
> = {
  "karpenter.sh/v1beta1 NodePool": convertNodePool,
  "karpenter.k8s.aws/v1beta1 EC2NodeClass": convertNodeClass,
  "karpenter.sh/v1alpha5 Provisioner": convertProvisioner,
  "karpenter.k8s.aws/v1alpha1 AWSNodeTemplate": convertNodeTemplate,
};

/** Whether an object is one of Karpenter's in a version that can be converted. */
export function isConvertible(object: KubeObject): boolean {
  return converters[`${object.apiVersion} ${object.kind}`] !== undefined;
}

/** Converts v1alpha5 and v1beta1 objects to v1. Pure; other objects are passed over. */
export function convert(objects: readonly KubeObject[], options: ConvertOptions = {}): Conversion {
  const results = objects
    .filter(isConvertible)
    .toSorted(byName)
    .map((object) => convertOne(object, options));
  const done = results.flatMap(({ converted }) => (converted === undefined ? [] : [converted]));
  const classes = new Map<string, Manifest>();
  for (const { manifest, nodeClass } of done) {
    for (const one of [manifest, nodeClass]) if (one?.kind === "EC2NodeClass") classes.set(one.metadata.name, one);
  }
  const pools = done.filter(({ manifest }) => manifest.kind === "NodePool");
  const settled = settleKubelets(pools, classes);
  return {
    manifests: [...settled.classes, ...settled.pools],
    objects: results.map(({ object, fates }) => ({ object, fates })),
    findings: [...results.flatMap(({ findings }) => findings), ...settled.findings],
    current: objects.filter(
      ({ apiVersion, kind }) => /^karpenter\.(sh|k8s\.aws)\/v1$/.test(apiVersion) && kind !== "NodeClaim",
    ).length,
  };
}

function convertOne(
  object: KubeObject,
  options: ConvertOptions,
): { object: string; converted: Converted | undefined; fates: readonly FieldFate[]; findings: readonly Finding[] } {
  const name = `${object.kind}/${object.metadata.name}`;
  const ledger = new Ledger(name, "manifest");
  const converter = converters[`${object.apiVersion} ${object.kind}`];
  const converted = converter?.(object as KubeObject & JsonObject, { ledger, options, object: name });
  return { object: name, converted, fates: ledger.close(), findings: ledger.findings };
}

// Pools with different kubelets cannot share a node class in v1: each setting but the first gets a class of its own.
function settleKubelets(
  pools: readonly Converted[],
  classes: ReadonlyMap<string, Manifest>,
): { classes: readonly Manifest[]; pools: readonly Manifest[]; findings: readonly Finding[] } {
  const result = new Map<string, Manifest>(classes);
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  const settled = pools.map(({ manifest, kubelet }) => {
    const name = textAt(manifest, "spec", "template", "spec", "nodeClassRef", "name") ?? "";
    const key = canonical(kubelet ?? {});
    const owner = owners.get(name);
    const nodeClass = classes.get(name);
    if (nodeClass === undefined) {
      if (kubelet !== undefined) findings.push(homeless(manifest, name));
      return manifest;
    }
    if (owner === undefined || owner === key) {
      owners.set(name, key);
      if (kubelet !== undefined) result.set(name, withKubelet(nodeClass, name, kubelet));
      return manifest;
    }
    const own = `${name}-${manifest.metadata.name}`;
    result.set(own, withKubelet(nodeClass, own, kubelet ?? {}));
    return withNodeClass(manifest, own);
  });
  return { classes: [...result.values()].toSorted(byName), pools: settled.toSorted(byName), findings };
}

function homeless(pool: Manifest, name: string): Finding {
  const object = `NodePool/${pool.metadata.name}`;
  const reason = `its kubelet settings belong to EC2NodeClass ${name} in v1, which is not among the manifests`;
  return makeFinding(translationFindings, "DV2042", object, {
    object,
    reason,
    fix: `convert EC2NodeClass ${name} together with it`,
  });
}

function withKubelet(nodeClass: Manifest, name: string, kubelet: JsonObject): Manifest {
  const spec: Record<string, Json | undefined> = { ...objectAt(nodeClass, "spec") };
  if (Object.keys(kubelet).length > 0) spec["kubelet"] = kubelet;
  return manifestOf({ ...nodeClass, metadata: { ...nodeClass.metadata, name } }, spec);
}

function withNodeClass(pool: Manifest, name: string): Manifest {
  const spec = objectAt(pool, "spec");
  const template = objectAt(spec, "template");
  const inner = objectAt(template, "spec");
  const nodeClassRef = { ...objectAt(inner, "nodeClassRef"), name };
  return manifestOf(pool, { ...spec, template: { ...template, spec: { ...inner, nodeClassRef } } });
}

function byName(a: KubeObject, b: KubeObject): number {
  const [x, y] = [`${a.kind}/${a.metadata.name}`, `${b.kind}/${b.metadata.name}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
