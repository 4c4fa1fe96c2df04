import { usage } from "../fault/fault.ts";
import type { Json } from "../kube/objects.ts";
import { readYamlDocuments } from "./read.ts";

/** Every document of a file, read as kubectl reads it. Throws `usage.malformed-yaml` with file, line and column for what is no YAML. */
export function documentsOf(path: string, text: string): readonly Json[] {
  const read = readYamlDocuments(text);
  if (read.ok) return read.value;
  const place = `${path}:${read.line}:${read.column}`;
  throw usage("malformed-yaml", `${place}: ${read.reason}`, "correct the file and run this again");
}
