import { usage } from "../../fault/fault.ts";
import { type Pools, poolsOfManifests } from "../../forecast/pools.ts";
import { isObject, objectsAt } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { FileReader } from "../../ports/files.ts";
import { documentsOf } from "../../yaml/documents.ts";

/**
 * Those of a file or folder of YAML or JSON manifests. What Karpenter's CRDs would refuse is a usage fault with path and rule. Throws
 * `usage.nodepools-missing` when nothing is at the path.
 */
export async function poolsOfFiles(files: FileReader, path: string): Promise<Pools> {
  const found = await files.stat(path);
  if (found === undefined)
    throw usage("nodepools-missing", `${path} does not exist`, "pass a file or a folder of manifests");
  const paths = found.kind === "file" ? [path] : (await files.list(path)).filter((one) => /\.(ya?ml|json)$/.test(one));
  const objects: KubeObject[] = [];
  for (const one of paths) objects.push(...manifestsOf(one, new TextDecoder().decode(await files.read(one))));
  return poolsOfManifests(path, objects);
}

function manifestsOf(path: string, text: string): readonly KubeObject[] {
  return documentsOf(path, text).flatMap((value) => {
    if (!isObject(value)) return [];
    const items = value["kind"] === "List" ? objectsAt(value["items"]) : [value];
    return items.filter(isKubeObject);
  });
}

function isKubeObject(value: JsonObject): value is JsonObject & KubeObject {
  const { metadata } = value;
  return (
    typeof value["kind"] === "string" &&
    typeof value["apiVersion"] === "string" &&
    isObject(metadata) &&
    typeof metadata["name"] === "string"
  );
}
