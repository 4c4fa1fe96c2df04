import { shellWord } from "../kube/text.ts";
import { Fault } from "../fault/fault.ts";
import { oneLine } from "../kube/visible.ts";
import { exitOfBlame } from "../fault/registry.ts";
import type { ExitCode, SourceOptions } from "./command.ts";
import { completed } from "./source-words.ts";

/**
 * Turns what was thrown into three lines (what, why, fix) and an exit code. A stack trace only with `--debug`. Commands that a fix names
 * are completed with the options by which the failed command was `given` its cluster.
 */
export function failure(
  error: unknown,
  isDebug: boolean,
  given: SourceOptions,
): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof Fault)
    return { text: completed(faultText(error, isDebug), given), code: exitOfBlame(error.blame) };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  const more = isDebug ? `\n${stack}` : " (and the output of --debug)";
  return {
    text: `error: dovetail has a bug: ${message}\n  fix: report it with the command you ran${more}\n`,
    code: 70,
  };
}

function faultText(fault: Fault, isDebug: boolean): string {
  const lines = [`error: ${oneLine(fault.message)}`];
  if (fault.why !== undefined) lines.push(`  why: ${oneLine(fault.why)}`);
  if (fault.hint !== undefined) lines.push(`  fix: ${fault.hint}`);
  if (fault.outcome !== undefined) lines.push("", fault.outcome);
  if (isDebug) lines.push(`code: ${fault.code} (\`dovetail explain ${shellWord(fault.code)}\`)`);
  if (isDebug && fault.stack !== undefined) lines.push(fault.stack);
  return `${lines.join("\n")}\n`;
}
