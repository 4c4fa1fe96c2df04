import { Document, Scalar, visit } from "yaml";
import { isOtherThanText } from "./scalars.ts";

/** Words of YAML 1.1 in any spelling: some reader takes each for something else than text. */
const words = /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<|)$/i;
/** Numbers with underscores, leading zeros, a base, in sixties, dates: whatever begins like one and holds nothing else. */
const numbers =
  /^[+-]?(?:\.?[0-9][0-9a-f_.:,+-]*|0[xob][0-9a-f_]+|\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[t ].*)$/i;

/**
 * Letters that readers refuse, take for the end of a line, or that people do not see: written by their number, which only double quotes
 * allow.
 */
const unprintable = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/** Whether a text needs quotes so that every reader of YAML, of version 1.1 or 1.2, takes it for text. */
export function needsQuotes(text: string): boolean {
  // A tab ends a plain text for PyYAML; before the first word of a block it is an error for Go, which looks for the indentation there.
  const hasBadTab = (text.includes("\t") && !text.includes("\n")) || /^[\n ]*\t/.test(text);
  const hasOddLetters = hasBadTab || text.search(unprintable) >= 0;
  return words.test(text) || numbers.test(text) || hasOddLetters || isOtherThanText(text);
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
  const numbered = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return document.toString({ lineWidth: 0 }).replace(unprintable, numbered);
}
