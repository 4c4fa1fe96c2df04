import { makeFinding, type Finding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import { canonical, objectAt, textAt } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { manifestOf, type Manifest } from "../assemble.ts";
import { head } from "./v1beta1.ts";

/** A NodePool on its way to v1, or one that is v1 already. */
export interface SharingPool {
  readonly manifest: Manifest;
  /** Kubelet settings that older versions kept in the pool; undefined where the node class decides. */
  readonly kubelet?: JsonObject;
  /** It is v1 and stays as it is, unless its node class has to be split. */
  readonly isCurrent: boolean;
}

/** Pools with the node classes that they end up with. */
export interface Settled {
  readonly classes: readonly Manifest[];
  readonly pools: readonly Manifest[];
  readonly findings: readonly Finding[];
}

/**
 * In v1 the kubelet is configured by the node class. Pools with different settings cannot share one any more: those that find it with
 * other settings get a class of their own. What is v1 already has its way first.
 * `refused` are node classes that are there and cannot be converted.
 */
export function settleKubelets(
  pools: readonly SharingPool[],
  classes: ReadonlyMap<string, Manifest>,
  refused: ReadonlySet<string> = new Set(),
): Settled {
  const result = new Map<string, Manifest>(classes);
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  const settled = [...pools].sort(currentFirst).map(({ manifest, kubelet }) => {
    const name = textAt(manifest, "spec", "template", "spec", "nodeClassRef", "name") ?? "";
    const nodeClass = classes.get(name);
    if (nodeClass === undefined) {
      if (kubelet !== undefined) findings.push(homeless(manifest, name, refused.has(name)));
      return manifest;
    }
    const wanted = kubelet ?? objectAt(nodeClass, "spec", "kubelet");
    const key = canonical(wanted);
    const owner = owners.get(name);
    if (owner === undefined || owner === key) {
      owners.set(name, key);
      result.set(name, withKubelet(nodeClass, name, wanted));
      return manifest;
    }
    const own = freeName(
      `${name}-${manifest.metadata.name}`,
      result,
      canonical(withKubelet(nodeClass, name, wanted)["spec"]),
    );
    result.set(own, withKubelet(nodeClass, own, wanted));
    return withNodeClass(manifest, own);
  });
  return { classes: [...result.values()].toSorted(byManifestName), pools: settled.toSorted(byManifestName), findings };
}

function currentFirst(a: SharingPool, b: SharingPool): number {
  return Number(b.isCurrent) - Number(a.isCurrent) || byManifestName(a.manifest, b.manifest);
}

// A class of the wanted name and content serves as well.
function freeName(wanted: string, taken: ReadonlyMap<string, Manifest>, content: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    const there = taken.get(name);
    if (there === undefined || canonical(there["spec"]) === content) return name;
  }
}

function homeless(pool: Manifest, name: string, isRefused: boolean): Finding {
  const object = `NodePool/${pool.metadata.name}`;
  const why = isRefused ? "cannot be converted" : "is not among the manifests";
  const reason = `its kubelet settings belong to EC2NodeClass ${name} in v1, which ${why}`;
  return makeFinding(translationFindings, "DV2042", object, {
    object,
    reason,
    fix: isRefused
      ? `do first what stands at EC2NodeClass ${name}, then convert both again`
      : `convert EC2NodeClass ${name} together with it`,
  });
}

function withKubelet(nodeClass: Manifest, name: string, kubelet: JsonObject): Manifest {
  const isSame =
    name === nodeClass.metadata.name && canonical(objectAt(nodeClass, "spec", "kubelet")) === canonical(kubelet);
  if (isSame) return nodeClass;
  const { kubelet: _, ...spec } = objectAt(nodeClass, "spec");
  const whole = Object.keys(kubelet).length > 0 ? { ...spec, kubelet } : spec;
  return manifestOf(head(nodeClass.apiVersion, nodeClass.kind, nodeClass, name), whole);
}

/** The pool with a reference to this node class. */
export function withNodeClass(pool: Manifest, name: string): Manifest {
  const spec = objectAt(pool, "spec");
  const template = objectAt(spec, "template");
  const inner = objectAt(template, "spec");
  const nodeClassRef = { ...objectAt(inner, "nodeClassRef"), name };
  return manifestOf(head(pool.apiVersion, pool.kind, pool), {
    ...spec,
    template: { ...template, spec: { ...inner, nodeClassRef } },
  });
}

/** By kind, then name. */
export function byManifestName(a: KubeObject, b: KubeObject): number {
  const [x, y] = [`${a.kind}/${a.metadata.name}`, `${b.kind}/${b.metadata.name}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
