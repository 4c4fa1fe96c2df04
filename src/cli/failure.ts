import { Fault } from "../fault/fault.ts";
import { exitOfBlame, faultKindOf } from "../fault/registry.ts";
import { shellWord } from "../kube/text.ts";
import { oneLine } from "../kube/visible.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { ExitCode, SourceOptions } from "./command.ts";
import { completed } from "./source-words.ts";

/** What the user learns of a failure. */
export interface Failure {
  /** Lines for a person: what, why, fix. */
  readonly text: string;
  /** The same for a script. */
  readonly document: JsonObject;
  readonly code: ExitCode;
}

/**
 * Turns what was thrown into three lines (what, why, fix) and an exit code. A stack trace only with `--debug`. Commands that a fix names
 * are completed with the options by which the failed command was `given` its cluster.
 */
export function failure(error: unknown, isDebug: boolean, given: SourceOptions): Failure {
  if (error instanceof Fault) return faultFailure(error, isDebug, given);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  const fix = "report it with the command you ran";
  return {
    text: `error: dovetail has a bug: ${message}\n  fix: ${fix}${isDebug ? `\n${stack}` : " (and the output of --debug)"}\n`,
    document: documentOf({ code: "bug", what: `dovetail has a bug: ${message}`, fix, exitCode: 70 }),
    code: 70,
  };
}

/** A mistake in the command line: the lines that the parser made of it. */
export function usageFailure(text: string): Failure {
  const [, what = text.trim(), fix] = /^(?:error: )?([^\n]*)(?:\n {2}fix: ([^\n]*))?/.exec(text.trim()) ?? [];
  return { text, document: documentOf({ code: "usage.arguments", what, fix, exitCode: 2 }), code: 2 };
}

function faultFailure(fault: Fault, isDebug: boolean, given: SourceOptions): Failure {
  const code = exitOf(fault);
  const kind = faultKindOf(fault.code);
  const fix = completed(fault.hint ?? "", given);
  return {
    text: completed(faultText(fault, isDebug), given),
    document: documentOf({
      code: fault.code,
      what: fault.message,
      why: fault.why ?? kind.why,
      fix: fix === "" ? kind.fix : fix,
      outcome: fault.outcome === undefined ? undefined : completed(fault.outcome, given),
      exitCode: code,
    }),
    code,
  };
}

function exitOf(fault: Fault): ExitCode {
  return exitOfBlame(fault.blame);
}

interface Told {
  readonly code: string;
  readonly what: string;
  readonly why?: string | undefined;
  readonly fix?: string | undefined;
  /** What was and was not changed. */
  readonly outcome?: string | undefined;
  readonly exitCode: ExitCode;
}

/** One shape for every error; `error` alone tells it from every answer. */
function documentOf({ code, what, why, fix, outcome, exitCode }: Told): JsonObject {
  const error = { code, what, ...(why === undefined ? {} : { why }), ...(fix === undefined ? {} : { fix }) };
  const { what: message, ...rest } = error;
  return {
    schema: "dovetail.error/1",
    error,
    ...rest,
    message,
    ...(outcome === undefined ? {} : { outcome }),
    exitCode,
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
