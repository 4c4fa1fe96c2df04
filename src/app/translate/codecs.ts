import { parse as parseTomlText, stringify as printTomlText } from "smol-toml";
import { parse as parseYamlText, stringify as printYamlText } from "yaml";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Codecs } from "../../translation/input.ts";

/** YAML and TOML for user data. Parsers throw on malformed text. */
export const codecs: Codecs = {
  parseYaml: (text) => parseYamlText(text) as Json,
  printYaml: (value) => printYamlText(value, { lineWidth: 0 }),
  // Dates do not occur in Bottlerocket settings; whatever JSON cannot hold becomes text.
  parseToml: (text) => JSON.parse(JSON.stringify(parseTomlText(text))) as JsonObject,
  printToml: (value) => printTomlText(value),
};
