import { LineCounter, parseDocument } from "yaml";
import { Fault } from "../../fault/fault.ts";
import { mistakeInJson } from "./json-place.ts";

/** Parses JSON; a mistake is a usage fault with file, line and column. `firstLine` is where the text begins in its file. */
export function parseJsonText(text: string, origin: string, firstLine: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const offset = mistakeInJson(text);
    const before = text.slice(0, offset).split("\n");
    const place = { line: before.length, col: (before.at(-1)?.length ?? 0) + 1 };
    const said = offset >= text.length ? "it ends in the middle" : `unexpected ${JSON.stringify(text[offset])}`;
    throw fault(`${origin}:${firstLine + place.line - 1}:${place.col}: not valid JSON: ${said}`, cause);
  }
}

/** Parses one YAML document or item; a mistake is a usage fault with file, line and column. */
export function parseYamlText(text: string, origin: string, firstLine: number): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "silent",
  });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const place = lines.linePos(problem.pos[0]);
    const said = problem.message.split("\n")[0] ?? "";
    throw fault(`${origin}:${firstLine + place.line - 1}:${place.col}: not valid YAML: ${said}`, problem);
  }
  try {
    return withoutNulls(document.toJS({ maxAliasCount: 1000 }) as unknown);
  } catch (cause) {
    // An alias of an anchor in another item or document, or a bomb of aliases.
    throw fault(`${origin}:${firstLine}: YAML aliases here cannot be followed within one object`, cause);
  }
}

// `labels:` with nothing behind it is null in YAML; an API server reads a null field as an absent one, and so do we.
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([key, member]) => [key, withoutNulls(member)]));
}

function fault(message: string, cause: unknown): Fault {
  return new Fault("file.syntax", message, {
    cause,
    hint: "correct the file or take it out of the folder",
  });
}
