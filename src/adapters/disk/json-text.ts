import { parseJson } from "../../kube/json.ts";
import { Fault } from "../../fault/fault.ts";
import { mistakeInJson } from "./json-place.ts";

/** Parses JSON; a mistake is a usage fault with file, line and column. `firstLine` is where the text begins in its file. */
export function parseJsonText(text: string, origin: string, firstLine: number): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const offset = mistakeInJson(text);
    const before = text.slice(0, offset).split("\n");
    const place = { line: before.length, col: (before.at(-1)?.length ?? 0) + 1 };
    const said = offset >= text.length ? "it ends in the middle" : `unexpected ${JSON.stringify(text[offset])}`;
    throw fault(`${origin}:${firstLine + place.line - 1}:${place.col}: not valid JSON: ${said}`, cause);
  }
}

function fault(message: string, cause: unknown): Fault {
  return new Fault("file.syntax", message, {
    cause,
    hint: "correct the file or take it out of the folder",
  });
}
