import { allFaultCodes, exitOfBlame, findFaultKind } from "../../fault/registry.ts";
import { nearest } from "../../fault/nearest.ts";
import { examples } from "../../findings/examples.generated.ts";
import { allCodes, findKind } from "../../findings/registry.ts";
import type { Explanation } from "../../forecast/explain/types.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { plainMembers, versionedDocument } from "../json.ts";
import { wrapped } from "./prose.ts";

/** What `explain CODE` prints of a finding or a fault; undefined when there is no such code. */
export function explainCodeText(text: string, columns: number): string | undefined {
  const known = findKind(text);
  if (known === undefined) return explainFaultText(text, columns);
  const { code, kind } = known;
  const word = kind.severity === "info" ? "note" : kind.severity;
  const lines = [
    wrapped(`${code}  `, kind.title, columns),
    `  a finding of severity ${word}`,
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

function explainFaultText(text: string, columns: number): string | undefined {
  const kind = findFaultKind(text);
  if (kind === undefined) return undefined;
  const lines = [
    wrapped(`${text}  `, kind.title, columns),
    "  a failure of a command",
    wrapped("  why: ", kind.why, columns),
    wrapped("  fix: ", kind.fix, columns),
    `  exit: ${exitOfBlame(kind.blame)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The same facts as one JSON document; undefined when there is no such code. */
export function explainCodeDocument(text: string): JsonObject | undefined {
  const known = findKind(text);
  if (known === undefined) return explainFaultDocument(text);
  const { code, kind } = known;
  const { severity, title, why, more } = kind;
  const example = examples[code];
  return versionedDocument("explanation", "explain", {
    kind: "finding",
    code,
    severity,
    title,
    why,
    ...(more === undefined ? {} : { more }),
    ...(example === undefined ? {} : { example: { message: example.message, fix: example.fix } }),
  });
}

function explainFaultDocument(code: string): JsonObject | undefined {
  const kind = findFaultKind(code);
  if (kind === undefined) return undefined;
  const { title, why, fix, blame } = kind;
  const exitCode = exitOfBlame(blame);
  return versionedDocument("explanation", "explain", { kind: "fault", code, title, why, fix, blame, exitCode });
}

/** What `explain pod|node|nodepool|nodegroup --json` prints. */
export function explanationDocument(explanation: Explanation): JsonObject {
  // Every member is plain data already; the copy drops what is undefined.
  return versionedDocument("explanation", "explain", plainMembers(explanation));
}

/** Codes that begin like what was typed, for "did you mean". */
export function similarCodes(text: string): readonly string[] {
  const fault = nearest(text, allFaultCodes());
  if (fault !== undefined && !/^dv\d/i.test(text)) return [fault];
  const digits = text.toUpperCase().replace(/^DV/, "");
  for (const length of [3, 2, 1]) {
    const found = allCodes().filter((code) => code.slice(2, 2 + length) === digits.slice(0, length));
    if (found.length > 0 && digits.length >= length) return found.slice(0, 5);
  }
  return [];
}
