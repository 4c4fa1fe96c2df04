import { parse as parseTomlText, stringify as printTomlText } from "smol-toml";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Codecs } from "../../translation/input.ts";
import { readYaml } from "../../yaml/read.ts";
import { writeYaml } from "../../yaml/write.ts";

/** YAML and TOML for user data. Parsers throw on malformed text. */
export const codecs: Codecs = {
  parseYaml: (text) => {
    const read = readYaml(text);
    if (read.ok) return read.value as Json;
    throw new Error(`${read.reason} in line ${read.line}`);
  },
  printYaml: writeYaml,
  // Dates do not occur in Bottlerocket settings; whatever JSON cannot hold becomes text.
  parseToml: (text) => JSON.parse(JSON.stringify(parseTomlText(text))) as JsonObject,
  printToml: (value) => printTomlText(value),
};
