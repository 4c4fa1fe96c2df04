import { defaultRelease, type Release } from "../karpenter/releases.ts";
import type { CrdFacts } from "./crd.ts";
import { facts as v0_16 } from "./crds/0.16.generated.ts";
import { facts as v0_37 } from "./crds/0.37.generated.ts";
import { facts as v1_14 } from "./crds/1.14.generated.ts";
import { facts as v1_15 } from "./crds/1.15.generated.ts";
import { facts as v1_9 } from "./crds/1.9.generated.ts";

interface ReleaseFacts {
  readonly crds: readonly CrdFacts[];
  /** What the kubelet of the release takes, where its CRD leaves `spec.kubelet` open. */
  readonly kubeletFields?: readonly string[];
}

/** CRDs as data, by the minor release that ships them, oldest first. */
const texts: readonly (readonly [minor: string, text: string])[] = [
  ["0.16", v0_16],
  ["0.37", v0_37],
  ["1.9", v1_9],
  ["1.14", v1_14],
  ["1.15", v1_15],
];

/** Releases whose own CRDs are at hand. */
export const releasesWithCrds: readonly string[] = texts.map(([minor]) => minor);

const read = new Map<string, ReleaseFacts>();

function factsOf(minor: string): ReleaseFacts {
  let known = read.get(minor);
  if (known === undefined) {
    const text = texts.find(([one]) => one === minor)?.[1] ?? '{"crds":[]}';
    // Written by our own script.
    known = JSON.parse(text) as ReleaseFacts;
    read.set(minor, known);
  }
  return known;
}

/**
 * The facts that speak for a release: its own, or those of the next one that are at hand, which may allow fields that it does not know yet;
 * the newest for one that is newer.
 */
function minorFor({ version, line }: Release): string {
  if (line === "v1alpha5") return "0.16";
  if (line === "v1beta1") return "0.37";
  const wanted = Number(version.split(".")[1]);
  const stable = releasesWithCrds.filter((minor) => minor.startsWith("1."));
  return stable.find((minor) => Number(minor.split(".")[1]) >= wanted) ?? stable.at(-1) ?? "";
}

/** One version of a CRD as a release ships it; undefined where the release does not serve it. */
export function crdOf(release: Release, apiVersion: string, kind: string): CrdFacts | undefined {
  return factsOf(minorFor(release)).crds.find((crd) => crd.kind === kind && crd.apiVersion === apiVersion);
}

/** The same where no release is named: the default one's, or of the last that served the version. Undefined for what none served. */
export function crdOfAny(apiVersion: string, kind: string): CrdFacts | undefined {
  const own = crdOf(defaultRelease, apiVersion, kind);
  if (own !== undefined) return own;
  const older = releasesWithCrds.toReversed().flatMap((minor) => factsOf(minor).crds);
  return older.find((crd) => crd.kind === kind && crd.apiVersion === apiVersion);
}

/** Fields that a kubelet of the release takes; undefined where the CRD names those it allows. */
export function kubeletFieldsOf(release: Release): readonly string[] | undefined {
  return factsOf(minorFor(release)).kubeletFields;
}
