import type { Finding, Patch } from "../../findings/finding.ts";
import { fileWord } from "../../karpenter/names.ts";
import { shellWord } from "../../kube/text.ts";
import type { Files } from "../../ports/files.ts";
import { writeOutput } from "../translate/write.ts";

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
  const seen = new Map<string, number>();
  return findings.flatMap((finding) => {
    const { code, patch } = finding;
    if (patch === undefined) return [];
    const { kind, namespace, name } = patch.target;
    const parts = [code.toLowerCase(), kind.toLowerCase(), namespace, name];
    const stem = parts.flatMap((part) => (part === undefined ? [] : [fileWord(part)])).join("-");
    const times = seen.get(stem) ?? 0;
    seen.set(stem, times + 1);
    const file = `${stem}${times === 0 ? "" : `-${times + 1}`}.json`;
    return [{ name: file, code, content: `${JSON.stringify(patch.body, null, 2)}\n`, command: commandOf(patch, file) }];
  });
}

function commandOf(patch: Patch, file: string): string {
  const { apiVersion, kind, namespace, name } = patch.target;
  // `deployment.v1.apps` names the resource without doubt, whatever else the cluster serves.
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const resource = group === "" ? kind.toLowerCase() : `${kind.toLowerCase()}.${version ?? ""}.${group ?? ""}`;
  const where = namespace === undefined ? [] : ["-n", namespace];
  const words = ["kubectl", ...where, "patch", resource, name, "--type", patch.type, "--patch-file", file];
  return words.map(shellWord).join(" ");
}

/**
 * Writes the files and a shell script that applies them in order; answers the paths. Nothing is applied. A file that somebody changed since
 * stops everything before the first write.
 */
export async function writePatches(
  files: Files,
  folder: string,
  findings: readonly Finding[],
): Promise<readonly string[]> {
  const patches = patchFiles(findings);
  if (patches.length === 0) return [];
  const texts = patches.map(({ name, content }) => ({ name, text: content }));
  const all = [...texts, { name: "apply.sh", text: scriptOf(patches) }];
  await writeOutput(files, { folder, files: all, isForced: false });
  return all.map(({ name }) => `${folder}/${name}`);
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
