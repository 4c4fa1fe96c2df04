import { shellComment, withInput } from "../shell.ts";
import type { EmittedFile } from "./types.ts";

/** A script that applies the manifests with kubectl, each from a here-document that the shell does not touch. */
export function shellScript(files: readonly EmittedFile[]): string {
  const head = [
    "#!/usr/bin/env bash",
    "# Applies the node classes and node pools that replace the node groups. Safe to run again.",
    "set -euo pipefail",
    "",
  ];
  const parts = files.map(
    ({ name, text }) => `${shellComment(name)}\n${withInput("kubectl apply --server-side -f -", text, "MANIFEST")}`,
  );
  return `${head.join("\n")}\n${parts.join("\n")}`;
}
