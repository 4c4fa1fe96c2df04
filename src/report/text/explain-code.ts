import { examples } from "../../findings/examples.generated.ts";
import { allCodes, findKind } from "../../findings/registry.ts";
import { wrapped } from "./prose.ts";

/** What `explain CODE` prints; undefined when there is no such code. */
export function explainCodeText(text: string, columns: number): string | undefined {
  const known = findKind(text);
  if (known === undefined) return undefined;
  const { code, kind } = known;
  const word = kind.severity === "info" ? "note" : kind.severity;
  const lines = [
    `${wrapped(`${word}: `, kind.title, columns - code.length - 2)}  ${code}`,
    wrapped("  why: ", kind.why, columns),
  ];
  if (kind.more !== undefined) lines.push("", wrapped("  ", kind.more, columns));
  const example = examples[code];
  if (example !== undefined) {
    lines.push(
      "",
      wrapped("  for example: ", example.message, columns),
      wrapped("          fix: ", example.fix, columns),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** The same facts as one JSON document. */
export function explainCodeJson(text: string): string | undefined {
  const known = findKind(text);
  if (known === undefined) return undefined;
  const { code, kind } = known;
  const { severity, title, why, more } = kind;
  const example = examples[code];
  return JSON.stringify({
    schema: "dovetail.explanation/1",
    kind: "finding",
    code,
    severity,
    title,
    why,
    ...(more === undefined ? {} : { more }),
    ...(example === undefined ? {} : { example: { message: example.message, fix: example.fix } }),
  });
}

/** Codes that begin like what was typed, for "did you mean". */
export function similarCodes(text: string): readonly string[] {
  const digits = text.toUpperCase().replace(/^DV/, "");
  for (const length of [3, 2, 1]) {
    const found = allCodes().filter((code) => code.slice(2, 2 + length) === digits.slice(0, length));
    if (found.length > 0 && digits.length >= length) return found.slice(0, 5);
  }
  return [];
}
