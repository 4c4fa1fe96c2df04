import type { Failure } from "./failure.ts";
import { writeYaml } from "../yaml/write.ts";
import { asCalled, forTerminal, writeError, writeOut } from "./terminal.ts";
import { columnsOf } from "./screen.ts";
import { fitted } from "../report/text/fit.ts";

/**
 * Tells a failure: in words on stderr, and, where a document was asked for and none was printed yet, as that document on stdout. What was
 * asked for is looked up in the arguments, since they may be what is wrong.
 */
export function told(args: readonly string[], failed: Failure, hasPrinted: boolean): void {
  const columns = columnsOf(process.stderr, process.env);
  writeError(fitted(asCalled(forTerminal(failed.text, false)), { columns, isWhole: true }));
  const form = askedForm(args);
  if (form === undefined || hasPrinted) return;
  const text = form === "json" ? `${JSON.stringify(failed.document, undefined, 2)}\n` : writeYaml(failed.document);
  writeOut(text);
}

function askedForm(args: readonly string[]): "json" | "yaml" | undefined {
  const end = args.indexOf("--");
  const words = end < 0 ? args : args.slice(0, end);
  const asked = words.flatMap((word, i) => {
    if (word === "--json") return ["json"];
    if (word === "-o" || word === "--output") return [words[i + 1] ?? ""];
    const [, value] = /^(?:--output=|-o=?)(.+)$/.exec(word) ?? [];
    return value === undefined ? [] : [value];
  });
  return asked.includes("json") ? "json" : asked.includes("yaml") ? "yaml" : undefined;
}
