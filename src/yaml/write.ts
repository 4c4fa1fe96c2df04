import { Document, Scalar, visit } from "yaml";
import { isOtherThanText } from "./scalars.ts";

/** Words of YAML 1.1 in any spelling: some reader takes each for something else than text. */
const words = /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<|)$/i;
/** Numbers with underscores, leading zeros, a base, in sixties, dates: whatever begins like one and holds nothing else. */
const numbers =
  /^[+-]?(?:\.?[0-9][0-9a-f_.:,+-]*|0[xob][0-9a-f_]+|\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[t ].*)$/i;

/** Whether a text needs quotes so that every reader of YAML, of version 1.1 or 1.2, takes it for text. */
export function needsQuotes(text: string): boolean {
  return words.test(text) || numbers.test(text) || isOtherThanText(text);
}

/** A document whose texts are texts for every reader: the one way in which Dovetail writes YAML. Comments may be put onto its nodes. */
export function yamlDocument(value: unknown): Document {
  const document = new Document(value, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && needsQuotes(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document;
}

/** A value as YAML. */
export function writeYaml(value: unknown): string {
  return textOfDocument(yamlDocument(value));
}

/** The text of a document, its lines as long as they need to be. */
export function textOfDocument(document: Document): string {
  return document.toString({ lineWidth: 0 });
}
