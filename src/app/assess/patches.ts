import type { Finding, Patch } from "../../findings/finding.ts";
import type { Files } from "../../ports/files.ts";

/** A patch of a finding as a file and the command that applies it. */
interface PatchFile {
  readonly name: string;
  readonly code: string;
  readonly content: string;
  /** `kubectl` with its arguments, run in the folder. */
  readonly command: string;
}

/** One file per finding that has a patch; several findings about one object keep their own files. */
function patchFiles(findings: readonly Finding[]): readonly PatchFile[] {
  const seen = new Set<string>();
  return findings.flatMap((finding) => {
    const { code, patch } = finding;
    if (patch === undefined) return [];
    const { kind, namespace, name } = patch.target;
    const file = `${[code, kind, namespace, name]
      .filter((part) => part !== undefined)
      .join("-")
      .toLowerCase()}.json`;
    if (seen.has(file)) return [];
    seen.add(file);
    return [{ name: file, code, content: `${JSON.stringify(patch.body, null, 2)}\n`, command: commandOf(patch, file) }];
  });
}

function commandOf(patch: Patch, file: string): string {
  const { apiVersion, kind, namespace, name } = patch.target;
  // `deployment.v1.apps` names the resource without doubt, whatever else the cluster serves.
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const resource = group === "" ? kind.toLowerCase() : `${kind.toLowerCase()}.${version ?? ""}.${group ?? ""}`;
  const where = namespace === undefined ? [] : ["-n", namespace];
  return ["kubectl", ...where, "patch", resource, name, "--type", patch.type, "--patch-file", file].join(" ");
}

/** Writes the files and a shell script that applies them in order; answers the paths. Nothing is applied. */
export async function writePatches(
  files: Files,
  folder: string,
  findings: readonly Finding[],
): Promise<readonly string[]> {
  const patches = patchFiles(findings);
  const paths: string[] = [];
  for (const patch of patches) {
    const path = `${folder}/${patch.name}`;
    await files.write(path, patch.content);
    paths.push(path);
  }
  if (patches.length > 0) {
    const path = `${folder}/apply.sh`;
    await files.write(path, scriptOf(patches));
    paths.push(path);
  }
  return paths;
}

function scriptOf(patches: readonly PatchFile[]): string {
  const lines = patches.map((patch) => `${patch.command}   # ${patch.code}`);
  return `#!/bin/sh
# Changes proposed by dovetail assess. Read each file first: a change of a pod template restarts its pods.
set -eu
cd "$(dirname "$0")"
${lines.join("\n")}
`;
}
