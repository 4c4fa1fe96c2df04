import type { EmittedFile } from "./emit.ts";

/** A script that applies the manifests with kubectl, each from a here-document that the shell does not touch. */
export function shellScript(files: readonly EmittedFile[]): string {
  const head = [
    "#!/usr/bin/env bash",
    "# Applies the node classes and node pools that replace the node groups. Safe to run again.",
    "set -euo pipefail",
    "",
  ];
  const parts = files.map(({ name, text }) => {
    const end = delimiter(text);
    return `# ${name}\nkubectl apply --server-side -f - <<'${end}'\n${text}${end}\n`;
  });
  return `${head.join("\n")}\n${parts.join("\n")}`;
}

// A word that is no line of the text.
function delimiter(text: string): string {
  const lines = new Set(text.split("\n"));
  for (let index = 0; index <= lines.size; index++) {
    const word = index === 0 ? "MANIFEST" : `MANIFEST_${index}`;
    if (!lines.has(word)) return word;
  }
  return "MANIFEST_END";
}
