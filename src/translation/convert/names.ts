import { makeFinding, type Finding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import { objectAt, textAt, plainOf } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";

/** Which objects are converted, and what their node classes are called in v1. */
export interface Named {
  readonly objects: readonly KubeObject[];
  /** Older forms of objects that are there in a newer one as well: not converted. */
  readonly aside: readonly { readonly object: KubeObject; readonly for: KubeObject }[];
  /** Names of node classes that could not keep theirs, by `Kind/name` of the object that they come from. */
  readonly classNames: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** The kinds that become a kind of v1, newest first. */
const lineages: readonly (readonly string[])[] = [
  ["karpenter.sh/v1 NodePool", "karpenter.sh/v1beta1 NodePool", "karpenter.sh/v1alpha5 Provisioner"],
  [
    "karpenter.k8s.aws/v1 EC2NodeClass",
    "karpenter.k8s.aws/v1beta1 EC2NodeClass",
    "karpenter.k8s.aws/v1alpha1 AWSNodeTemplate",
  ],
];

/**
 * In v1 two old kinds become one: what was two objects side by side would be one name. The newest form of a name counts and older ones are
 * left aside, as they stand beside each other half-way through Karpenter's own guide. A node class that another object still needs gets a
 * name of its own.
 */
export function nameAll(objects: readonly KubeObject[]): Named {
  const newest = new Map<string, KubeObject>();
  for (const lineage of lineages) {
    for (const version of lineage) {
      for (const object of objects) {
        if (versionOf(object) !== version) continue;
        const key = `${lineage[0] ?? ""}/${object.metadata.name}`;
        if (!newest.has(key)) newest.set(key, object);
      }
    }
  }
  const winners = new Set(newest.values());
  const olderOf = (object: KubeObject): KubeObject | undefined => {
    const lineage = lineages.find((one) => one.includes(versionOf(object)));
    const winner = lineage === undefined ? undefined : newest.get(`${lineage[0] ?? ""}/${object.metadata.name}`);
    return winner === object ? undefined : winner;
  };
  const provisioners = objects.filter((one) => one.kind === "Provisioner" && winners.has(one));
  const needed = new Set(provisioners.map((one) => textAt(specOf(one), "providerRef", "name")));
  const isNeeded = (one: KubeObject): boolean => one.kind === "AWSNodeTemplate" && needed.has(one.metadata.name);
  const taken = new Set([...winners].filter(isNodeClass).map((one) => one.metadata.name));
  const classNames = new Map<string, string>();
  const findings: Finding[] = [];
  const rename = (object: KubeObject, ending: string, holder: KubeObject | undefined): void => {
    const name = unused(`${object.metadata.name}-${ending}`, taken);
    taken.add(name);
    classNames.set(idOf(object), name);
    findings.push(renamed(object, name, holder));
  };
  const aside = objects.flatMap((object) => {
    const winner = olderOf(object);
    if (winner === undefined) return [];
    const isTwice = versionOf(winner) === versionOf(object);
    if (!isTwice && isNeeded(object)) {
      rename(object, "template", winner);
      return [];
    }
    return [{ object, for: winner }];
  });
  for (const one of provisioners) {
    if (Object.keys(objectAt(specOf(one), "provider")).length === 0) continue;
    if (taken.has(one.metadata.name)) {
      const holder = [...winners].find((other) => isNodeClass(other) && other.metadata.name === one.metadata.name);
      rename(one, "inline", holder);
    } else taken.add(one.metadata.name);
  }
  const left = new Set(aside.map(({ object }) => object));
  return {
    objects: objects.filter((object) => !left.has(object)),
    aside,
    classNames,
    findings: [...aside.map(leftAside), ...findings],
  };
}

/** `Kind/name`. */
export function idOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}

function versionOf(object: KubeObject): string {
  return `${object.apiVersion} ${object.kind}`;
}

function specOf(object: KubeObject): JsonObject {
  return objectAt(plainOf(object), "spec");
}

function isNodeClass(object: KubeObject): boolean {
  return object.kind === "AWSNodeTemplate" || object.kind === "EC2NodeClass";
}

function unused(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}

function leftAside(one: Named["aside"][number]): Finding {
  const object = `${idOf(one.object)} (${one.object.apiVersion.split("/")[1] ?? ""})`;
  return makeFinding(translationFindings, "DV2044", idOf(one.object), {
    object,
    reason: `is left aside, because ${idOf(one.for)} is there in ${one.for.apiVersion.split("/")[1] ?? ""} as well`,
    fix: "compare the two; if the older one is what runs, convert it without the newer one",
  });
}

function renamed(object: KubeObject, name: string, holder: KubeObject | undefined): Finding {
  return makeFinding(translationFindings, "DV2044", idOf(object), {
    object: idOf(object),
    reason:
      `becomes EC2NodeClass ${name}, because the name ${object.metadata.name} is ` +
      `that of ${holder === undefined ? "another one" : idOf(holder)}`,
    fix: "nothing, unless something outside these manifests refers to the node class by its old name",
  });
}
