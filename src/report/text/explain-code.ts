import { allCodes, findKind } from "../../findings/registry.ts";
import { wrapped } from "./prose.ts";

/** What `explain CODE` prints; undefined when there is no such code. */
export function explainCodeText(text: string, columns: number): string | undefined {
  const known = findKind(text);
  if (known === undefined) return undefined;
  const { code, kind } = known;
  const word = kind.severity === "info" ? "note" : kind.severity;
  const lines = [wrapped(`${code}  `, `${kind.title} (${word})`, columns), "", wrapped("why: ", kind.why, columns)];
  if (kind.more !== undefined) lines.push("", wrapped("", kind.more, columns));
  lines.push("", `example and fix: docs/rules/${code}.md`);
  return `${lines.join("\n")}\n`;
}

/** Codes that begin like what was typed, for `did you mean`. */
export function similarCodes(text: string): readonly string[] {
  const digits = text.toUpperCase().replace(/^DV/, "");
  return allCodes()
    .filter((code) => code.slice(2).startsWith(digits.slice(0, 3)))
    .slice(0, 5);
}
