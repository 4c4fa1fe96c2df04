import type { Release } from "../../karpenter/releases.ts";
import { Fault, usage } from "../../fault/fault.ts";
import { maskedIn, secretsIn } from "../../snapshot/masked.ts";
import type { WholeSnapshot } from "../../snapshot/snapshot.ts";
import { translateSnapshot, type SnapshotTranslateOptions } from "../translate/translate.ts";
import type { InstallManifest } from "../../migration/install/options.ts";

/**
 * The node groups of a snapshot as manifests of the release's API, node classes first. Throws when there are none, or invalid ones, and
 * for text that is masked or must not lie in a plan. The codes are `usage.no-translation` and `translate.invalid`.
 */
export function translatedManifests(
  snapshot: WholeSnapshot,
  release: Release,
  facts: Pick<SnapshotTranslateOptions, "instanceTypes" | "nodeRole"> = {},
): readonly InstallManifest[] {
  const translation = translateSnapshot(snapshot, { ...facts, release });
  const broken = translation.findings.find((finding) => finding.code === "DV2031");
  if (broken !== undefined) {
    throw new Fault("translate.invalid", `a translated manifest is invalid: ${broken.message}`, {
      hint: "run `dovetail translate --out FOLDER`, correct it there, and pass --manifests FOLDER",
    });
  }
  for (const manifest of translation.manifests) refuseMasked(manifest);
  if (translation.manifests.length > 0) return translation.manifests;
  const [first] = translation.refused;
  throw usage(
    "no-translation",
    first === undefined ? "no node group was found to translate" : `${first.nodeGroup}: ${first.reason}`,
    first?.fix ?? "pass --manifests FOLDER or --default-pool",
  );
}

// The journal of an installation lies in the cluster for everybody who may read its ConfigMaps: no secret may stand in its plan.
function refuseMasked(manifest: InstallManifest): void {
  const name = `${manifest.kind} ${manifest.metadata.name}`;
  const masked = maskedIn(manifest);
  const [place] = masked.length > 0 ? masked : secretsIn(manifest);
  if (place === undefined) return;
  const what = masked.length > 0 ? "holds text that is masked or could not be read" : "holds a secret in plain text";
  throw new Fault("install.refused", `${name} ${what} at ${place} (DV2015)`, {
    why: "nodes would boot with a script that lacks it, or the plan in the journal would show it",
    hint: "let the node fetch it at boot (SSM, Secrets Manager), or `dovetail translate --out FOLDER`, and --manifests FOLDER",
  });
}
