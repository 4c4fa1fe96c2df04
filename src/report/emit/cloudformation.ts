/** CloudFormation: how a template is put together, and how names and texts stand in it. */
import type { Json, JsonObject } from "../../kube/objects.ts";
import { writeYaml } from "../../yaml/write.ts";

/** A template with its parts in the order in which people read them. */
export function writeTemplate(parts: {
  readonly description: string;
  readonly metadata?: JsonObject;
  readonly parameters?: JsonObject;
  readonly resources: JsonObject;
}): string {
  return writeYaml({
    AWSTemplateFormatVersion: "2010-09-09",
    Description: parts.description,
    ...(parts.metadata === undefined ? {} : { Metadata: parts.metadata }),
    ...(parts.parameters === undefined ? {} : { Parameters: parts.parameters }),
    Resources: parts.resources,
  });
}

/** Words as a logical id, which holds letters and digits only. Two things of like names need ids apart: see `distinct`. */
export function logicalId(words: readonly string[]): string {
  return words
    .flatMap((word) => word.split(/[^A-Za-z0-9]+/))
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/**
 * JSON as the text of a property. CloudFormation would replace `{{resolve:…}}` in it, also in a script that only happens to hold it;
 * written by its number the brace is the same to whoever reads the JSON.
 */
export function jsonText(value: Json): string {
  return JSON.stringify(value, undefined, 2).replaceAll("{{resolve:", "\\u007b{resolve:");
}
