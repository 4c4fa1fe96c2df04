import type { Finding } from "../../findings/finding.ts";
import { canonical, textAt, alsoPlain } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { Manifest } from "../assemble.ts";
import { Ledger } from "../ledger.ts";
import type { FieldFate } from "../types.ts";
import { finishCurrent, isCurrent, isUnfinished } from "./current.ts";
import { idOf, nameAll } from "./names.ts";
import { convertNodeTemplate } from "./node-template.ts";
import { byManifestName, type SharingPool, settleKubelets, withNodeClass } from "./settle.ts";
import type { Conversing, Converted, ConvertOptions } from "./types.ts";
import { convertProvisioner } from "./v1alpha5.ts";
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

/** Whether an object is one of Karpenter's in a version that can be converted, or v1 with something left to do. */
export function isConvertible(object: KubeObject): boolean {
  return converters[`${object.apiVersion} ${object.kind}`] !== undefined || isUnfinished(object);
}

/**
 * Converts v1alpha5 and v1beta1 objects to v1, and finishes those of v1 that the webhooks of 1.0 left. Pure; other objects are passed over.
 */
export function convert(objects: readonly KubeObject[], options: ConvertOptions = {}): Conversion {
  const ours = objects.filter((object) => isConvertible(object) || isCurrent(object)).toSorted(byManifestName);
  const { objects: named, aside, classNames, findings } = nameAll(ours);
  const results = named
    .filter(isConvertible)
    .map((object) => convertOne(object, options, classNames.get(idOf(object))));
  const done = results.flatMap(({ converted }) => (converted === undefined ? [] : [converted]));
  const current = named.filter((object): object is Manifest => isCurrent(object) && !isUnfinished(object));
  const classes = new Map(current.filter(isNodeClass).map((one) => [one.metadata.name, one]));
  for (const { manifest, nodeClass } of done) {
    for (const one of [manifest, nodeClass]) if (one?.kind === "EC2NodeClass") classes.set(one.metadata.name, one);
  }
  const pools = [
    ...current.filter((one) => !isNodeClass(one)).map((manifest) => ({ manifest, isCurrent: true })),
    ...done.filter(({ manifest }) => manifest.kind === "NodePool").map((one) => poolOf(one, classNames)),
  ];
  const failed = results.filter(({ converted }) => converted === undefined).map(({ object }) => object);
  const refused = new Set(
    failed.filter((id) => !id.startsWith("NodePool/")).map((id) => id.slice(id.indexOf("/") + 1)),
  );
  const settled = settleKubelets(pools, classes, refused);
  const unchanged = new Set(current.map(canonical));
  const manifests = [...settled.classes, ...settled.pools].filter((one) => !unchanged.has(canonical(one)));
  const changed = new Set(manifests.map(idOf));
  return {
    manifests,
    objects: [
      ...results.map(({ object, fates }) => ({ object, fates })),
      ...aside.map(({ object, for: newer }) => ({ object: idOf(object), fates: setAside(object, newer) })),
    ],
    findings: [...findings, ...results.flatMap((one) => one.findings), ...settled.findings],
    current: current.filter((one) => !changed.has(idOf(one))).length,
  };
}

function isNodeClass({ kind }: KubeObject): boolean {
  return kind === "EC2NodeClass";
}

// A template that could not keep its name is known by the new one to those who refer to it.
function poolOf({ manifest, kubelet, nodeClass }: Converted, classNames: ReadonlyMap<string, string>): SharingPool {
  const referred = textAt(manifest, "spec", "template", "spec", "nodeClassRef", "name") ?? "";
  const renamed = nodeClass === undefined ? classNames.get(`AWSNodeTemplate/${referred}`) : undefined;
  return {
    manifest: renamed === undefined ? manifest : withNodeClass(manifest, renamed),
    ...(kubelet === undefined ? {} : { kubelet }),
    isCurrent: false,
  };
}

function setAside(object: KubeObject, newer: KubeObject): readonly FieldFate[] {
  const id = idOf(object);
  const why = `${idOf(newer)} of ${newer.apiVersion} is taken instead`;
  const fate = { nodeGroup: id, field: `${object.kind}.apiVersion`, value: object.apiVersion };
  return [{ ...fate, fate: "lost", why, risk: "none" }];
}

function convertOne(
  object: KubeObject,
  options: ConvertOptions,
  className: string | undefined,
): { object: string; converted: Converted | undefined; fates: readonly FieldFate[]; findings: readonly Finding[] } {
  const name = idOf(object);
  const ledger = new Ledger(name, "manifest");
  const converter = converters[`${object.apiVersion} ${object.kind}`] ?? finishCurrent;
  const context = { ledger, options, object: name, ...(className === undefined ? {} : { className }) };
  const converted = converter(alsoPlain(object), context);
  return { object: name, converted, fates: ledger.close(), findings: ledger.findings };
}
