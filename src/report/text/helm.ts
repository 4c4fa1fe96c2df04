import type { JsonObject } from "../../kube/objects.ts";
import { shellWord } from "../../kube/text.ts";
import { withInput } from "../emit/shell.ts";
import { writeYaml } from "../../yaml/write.ts";

/** Helm command lines with their values as here-documents: what is printed can be pasted. */
export function renderCommands(
  commands: readonly { readonly words: readonly string[]; readonly values: JsonObject }[],
): string {
  return commands
    .map(({ words, values }) => withInput(words.map(shellWord).join(" "), writeYaml(values), "EOF"))
    .join("\n");
}
