import { objectAt, parseJson } from "../../kube/json.ts";
import { parse as parseTomlText, stringify as printTomlText } from "smol-toml";
import type { Codecs } from "../../translation/input.ts";
import { parseYaml } from "../../yaml/read.ts";
import { writeYaml } from "../../yaml/write.ts";

/** YAML and TOML for user data. Parsers throw on malformed text. */
export const codecs: Codecs = {
  parseYaml,
  printYaml: writeYaml,
  // Dates do not occur in Bottlerocket settings; whatever JSON cannot hold becomes text.
  parseToml: (text) => objectAt(parseJson(JSON.stringify(parseTomlText(text)))),
  printToml: (value) => printTomlText(value),
};
