import { CommanderError } from "commander";
import type { ExitCode, SourceOptions } from "./command.ts";
import { makeContext, type OpenContext } from "./context.ts";
import { failure, usageFailure } from "./failure.ts";
import { helpPage } from "./help.ts";
import { preferTyped } from "./options.ts";
import { rememberEnvironment } from "./source-words.ts";
import { told } from "./told.ts";
import { writeOut } from "./terminal.ts";
import { version } from "./version.ts";
import { makeProgram } from "./program.ts";

/** Runs `dovetail` with the arguments after the program's name and answers its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const isDebug = args.includes("--debug");
  endQuietlyWhenReaderLeaves();
  let given: SourceOptions = {};
  let complaint: string | undefined;
  let hasPrinted = (): boolean => false;
  try {
    // Answered before anything else loads: scripts ask for it often.
    if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
      writeOut(version);
      return 0;
    }
    return await dispatch(args, {
      tell: (options, context) => {
        given = options;
        hasPrinted = () => context.hasPrinted();
      },
      complain: (text) => {
        complaint = text;
      },
    });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failed =
      error instanceof CommanderError ? usageFailure(complaint ?? error.message) : failure(error, isDebug, given);
    told(args, failed, hasPrinted());
    return failed.code;
  }
}

/** `dovetail assess | head` closes our output early; that is no error. */
function endQuietlyWhenReaderLeaves(): void {
  if (process.stdout.listenerCount("error") > 0) return;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}

interface Listener {
  /** Hears the options before the command runs: a fix names the same cluster. */
  readonly tell: (given: SourceOptions, context: OpenContext) => void;
  /** Hears what is wrong with the command line. */
  readonly complain: (text: string) => void;
}

async function dispatch(args: readonly string[], listener: Listener): Promise<ExitCode> {
  if (args[0] === "complete") return (await import("./completion/complete.ts")).complete(args.slice(1));
  if (args[0] === "help" && args.length > 1) {
    const page = await helpPage(args.slice(1));
    if (page !== undefined) {
      writeOut(page);
      return 0;
    }
  }
  let exit: ExitCode = 0;
  const asked = args.find((arg) => !arg.startsWith("-") && arg !== "help");
  const program = await makeProgram({
    isLoaded: (entry) => entry.name === asked,
    complain: listener.complain,
    action: (command, module) => async () => {
      const byEnvironment = preferTyped(command);
      const options: Readonly<Record<string, unknown>> = command.opts();
      rememberEnvironment(options, byEnvironment);
      const context = makeContext(options);
      listener.tell(options, context);
      try {
        exit = await module.run(context, command.args, options);
      } finally {
        await context.close();
      }
    },
  });
  if (args.length === 0) {
    program.outputHelp();
    return 2;
  }
  await program.parseAsync([...args], { from: "user" });
  return exit;
}
