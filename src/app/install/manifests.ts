import { usage } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import { validateManifests } from "../../manifests/validate.ts";
import { type InstallManifest, installManifestOf } from "../../migration/install/options.ts";
import { maskedIn } from "../../snapshot/masked.ts";
import { documentsOf } from "../../yaml/documents.ts";

const classKinds = ["EC2NodeClass", "AWSNodeTemplate"];
const poolKinds = ["NodePool", "Provisioner"];

/**
 * All pools and node classes below a folder or in one file, node classes first. A usage fault names file and line of what is none.
 * Throws `usage.no-manifests` when there is nothing, or nothing of Karpenter's.
 */
export async function readManifests(world: Pick<Reading, "files">, path: string): Promise<readonly InstallManifest[]> {
  const stat = await world.files.stat(path);
  if (stat === undefined)
    throw usage("no-manifests", `${path} does not exist`, "pass --manifests FOLDER as `dovetail translate` writes it");
  const paths =
    stat.kind === "file" ? [path] : (await world.files.list(path)).filter((one) => /\.ya?ml$|\.json$/.test(one));
  const found: InstallManifest[] = [];
  for (const one of paths) found.push(...parseManifests(one, new TextDecoder().decode(await world.files.read(one))));
  if (found.length === 0)
    throw usage(
      "no-manifests",
      `${path} holds no NodePool and no EC2NodeClass`,
      "write some with `dovetail translate`",
    );
  return checked(found);
}

/** The manifests in apply order. Throws a usage fault that names every rule of the CRDs that one breaks. */
function checked(manifests: readonly InstallManifest[]): readonly InstallManifest[] {
  const violations = validateManifests(manifests);
  if (violations.length > 0) {
    const lines = violations.map((one) => `${one.object} ${one.path}: ${one.message}`);
    throw usage(
      "invalid-manifests",
      `the API server would refuse ${violations.length} fields: ${lines.join("; ")}`,
      "correct them and run this again",
    );
  }
  for (const manifest of manifests) {
    const [place] = maskedIn(manifest);
    if (place === undefined) continue;
    throw usage(
      "invalid-manifests",
      `${manifest.kind} ${manifest.metadata.name} holds masked text at ${place}: \`<redacted>\` would reach the nodes`,
      "fill in by hand what stands there, or let the node fetch it at boot",
    );
  }
  const rank = (one: InstallManifest): number => (classKinds.includes(one.kind) ? 0 : 1);
  return manifests.toSorted((a, b) => rank(a) - rank(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}

function parseManifests(path: string, text: string): readonly InstallManifest[] {
  return documentsOf(path, text).flatMap((object) => {
    if (typeof object !== "object" || object === null) return [];
    // Kustomize's own file lies among the manifests that translate writes.
    if ("kind" in object && object.kind === "Kustomization") return [];
    const manifest = installManifestOf(object);
    if ([...classKinds, ...poolKinds].includes(manifest.kind)) return [manifest];
    throw usage(
      "foreign-kind",
      `${path}: ${manifest.kind} ${manifest.metadata.name} is no pool or node class of Karpenter's`,
      "take it out of the folder",
    );
  });
}
