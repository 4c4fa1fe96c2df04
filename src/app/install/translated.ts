import type { Release } from "../../karpenter/release.ts";
import { usage } from "../../ports/fault.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { Manifest } from "./options.ts";

/** The node groups of a snapshot as manifests of the release's API, node classes first. */
export function translatedManifests(snapshot: Snapshot, release: Release): readonly Manifest[] {
  void snapshot;
  throw usage(
    "no-translation",
    `node groups cannot be translated for ${release.line} here`,
    "pass --manifests FOLDER or --default-pool",
  );
}
