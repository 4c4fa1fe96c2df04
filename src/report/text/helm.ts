import type { JsonObject } from "../../kube/objects.ts";
import { writeYaml } from "../../yaml/write.ts";

/** Helm command lines with their values as here-documents: what is printed can be pasted. */
export function renderCommands(
  commands: readonly { readonly words: readonly string[]; readonly values: JsonObject }[],
): string {
  return commands
    .map(({ words, values }) => `${words.map(quoted).join(" ")} <<'EOF'\n${writeYaml(values)}EOF\n`)
    .join("\n");
}

function quoted(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
