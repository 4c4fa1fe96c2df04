import type { Release } from "../../karpenter/releases.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { translateSnapshot, type SnapshotTranslateOptions } from "../translate/translate.ts";
import type { Manifest } from "../../migration/install/options.ts";

/** The node groups of a snapshot as manifests of the release's API, node classes first. Throws when there are none, or invalid ones. */
export function translatedManifests(
  snapshot: Snapshot,
  release: Release,
  facts: Pick<SnapshotTranslateOptions, "instanceType" | "nodeRole"> = {},
): readonly Manifest[] {
  const translation = translateSnapshot(snapshot, { ...facts, target: release.line });
  const broken = translation.findings.find((finding) => finding.code === "DV2031");
  if (broken !== undefined) {
    throw new Fault("translate.invalid", `a translated manifest is invalid: ${broken.message}`, {
      hint: "run `dovetail translate --out FOLDER`, correct it there, and pass --manifests FOLDER",
    });
  }
  if (translation.manifests.length > 0) return translation.manifests;
  const [first] = translation.refused;
  throw usage(
    "no-translation",
    first === undefined ? "no node group was found to translate" : `${first.nodeGroup}: ${first.reason}`,
    first?.fix ?? "pass --manifests FOLDER or --default-pool",
  );
}
