import { isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { oneLine } from "../../kube/visible.ts";
import { textOfDocument, yamlDocument } from "../../yaml/write.ts";

/** Comment lines by the path of the key that they stand above: `spec.limits`, `spec.template.spec.requirements[kubernetes.io/arch]`. */
export type Comments = ReadonlyMap<string, readonly string[]>;

/** One manifest as YAML: keys in the order in which people read them, with the reasons above them. */
export function yamlOf(manifest: KubeObject & JsonObject, comments: Comments = new Map()): string {
  const document = yamlDocument(manifest);
  annotate(document.contents, "", comments);
  return textOfDocument(document);
}

function annotate(node: Node | null, path: string, comments: Comments): void {
  if (isMap(node)) {
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      const at = path === "" ? key : `${path}.${key}`;
      comment(pair.key, comments.get(at));
      annotate(pair.value, at, comments);
    }
  } else if (isSeq(node)) {
    for (const item of node.items as Node[]) {
      const key = isMap(item) ? item.get("key") : undefined;
      if (typeof key === "string") comment(item, comments.get(`${path}[${key}]`));
      annotate(item, `${path}[]`, comments);
    }
  }
}

function comment(node: Node, lines: readonly string[] | undefined): void {
  if (lines !== undefined) node.commentBefore = lines.map((line) => ` ${oneLine(line)}`).join("\n");
}
