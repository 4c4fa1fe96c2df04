import { Command, CommanderError } from "commander";
import type { ExitCode, SourceOptions } from "./command.ts";
import { type CommandEntry, commands } from "./commands.ts";
import { makeContext } from "./context.ts";
import { failure } from "./failure.ts";
import { writeError, writeOut } from "./terminal.ts";
import { version } from "./version.ts";

/** Runs `dovetail` with the arguments after the program's name and answers its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const isDebug = args.includes("--debug");
  endQuietlyWhenReaderLeaves();
  let given: SourceOptions = {};
  try {
    // Answered before anything else loads: scripts ask for it often.
    if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
      writeOut(version);
      return 0;
    }
    if (args[0] === "help" && args[1] === "guide") {
      writeOut((await import("./guides.ts")).guideText(args[2]));
      return 0;
    }
    return await dispatch(args, (options) => {
      given = options;
    });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { text, code } = failure(error, isDebug, given);
    writeError(text);
    return code;
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

async function dispatch(args: readonly string[], tell: (given: SourceOptions) => void): Promise<ExitCode> {
  const program = styled(new Command("dovetail"), "dovetail");
  program
    .description("Moves an EKS cluster from Cluster Autoscaler to Karpenter, and shows what will happen first.")
    .version(version, "-V, --version")
    .option("--debug", "stack traces with errors")
    .addHelpText(
      "after",
      "\nGuides: `dovetail help guide` lists them." +
        "\nShell completion: `dovetail complete bash|zsh|fish|powershell` prints a script to source.",
    );
  let exit: ExitCode = 0;
  const asked = args.find((arg) => !arg.startsWith("-") && arg !== "help");
  const isCompletion = asked === "complete";
  for (const entry of commands) {
    const command = program.command(entry.name).description(entry.summary);
    if (entry.name !== asked && !isCompletion) continue;
    await configure(styled(command, `dovetail ${entry.name}`), entry, {
      tell,
      done: (code) => {
        exit = code;
      },
    });
  }
  if (isCompletion) (await import("@bomb.sh/tab/commander")).default(program);
  if (args.length === 0) {
    program.outputHelp();
    return 2;
  }
  await program.parseAsync([...args], { from: "user" });
  return exit;
}

async function configure(
  command: Command,
  entry: CommandEntry,
  { tell, done }: { readonly tell: (given: SourceOptions) => void; readonly done: (code: ExitCode) => void },
): Promise<void> {
  const module = (await entry.load()).command;
  command
    .option("--debug", "stack traces with errors")
    .option("--quiet", "no progress")
    .option("-v, --verbose", "show each call to Kubernetes, AWS and helm (DOVETAIL_LOG=FILE keeps them)");
  module.configure(command);
  command.action(async () => {
    const context = makeContext();
    tell(command.opts());
    try {
      done(await module.run(context, command.args, command.opts()));
    } finally {
      await context.close();
    }
  });
}

/** Usage errors in our own words: what, then how to fix, and never a stack trace. */
function styled(command: Command, name: string): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeErr: writeError,
      outputError: (text, write) => {
        const [what = "", ...suggestion] = text.trim().split("\n");
        const near = /\(Did you mean (.*)\?\)/.exec(suggestion.join(" "))?.[1];
        const fix = near === undefined ? `see \`${name} --help\`` : `did you mean ${near}? see \`${name} --help\``;
        write(`${what}\n  fix: ${fix}\n`);
      },
    });
}
