import { LineCounter, parseDocument } from "yaml";
import { Fault } from "../../ports/fault.ts";

/** Parses JSON; a mistake is a usage fault with file, line and column. `firstLine` is where the text begins in its file. */
export function parseJsonText(text: string, origin: string, firstLine: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw syntaxFault(text, { origin, firstLine, format: "JSON", cause: error });
  }
}

/** A syntax error with its place, found by a parser that keeps places. JSON is YAML, so one finder serves both. */
export function syntaxFault(
  text: string,
  about: {
    readonly origin: string;
    readonly firstLine: number;
    readonly format: "JSON" | "YAML";
    readonly cause?: unknown;
  },
): Fault {
  const lines = new LineCounter();
  const problem = parseDocument(text, { lineCounter: lines, prettyErrors: false }).errors[0];
  const place = lines.linePos(problem?.pos[0] ?? text.length);
  const where = `${about.origin}:${about.firstLine + place.line - 1}:${place.col}`;
  const said = problem?.message.split("\n")[0] ?? "it ends in the middle";
  return new Fault("file.syntax", `${where}: not valid ${about.format}: ${said}`, {
    blame: "usage",
    cause: about.cause,
    hint: "correct the file or take it out of the folder",
  });
}
