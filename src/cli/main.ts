import { Command, CommanderError } from "commander";
import { type ExitCode } from "./command.ts";
import { commands } from "./commands.ts";
import { makeContext } from "./context.ts";
import { failure } from "./failure.ts";
import { version } from "./version.ts";

/** Runs `dovetail` with the arguments after the program's name and answers its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const isDebug = args.includes("--debug");
  try {
    if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
      process.stdout.write(`${version}\n`);
      return 0;
    }
    return await dispatch(args);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { text, code } = failure(error, isDebug);
    process.stderr.write(text);
    return code;
  }
}

async function dispatch(args: readonly string[]): Promise<ExitCode> {
  const program = new Command("dovetail");
  program
    .description("Moves an EKS cluster from Cluster Autoscaler to Karpenter, and shows what will happen first.")
    .version(version, "-V, --version")
    .option("--debug", "stack traces with errors")
    .showSuggestionAfterError(true)
    .showHelpAfterError("run `dovetail --help` for the commands")
    .exitOverride();
  let exit: ExitCode = 0;
  const asked = args.find((arg) => !arg.startsWith("-"));
  for (const entry of commands) {
    const command = program.command(entry.name).description(entry.summary).exitOverride();
    command.showSuggestionAfterError(true).showHelpAfterError(`run \`dovetail ${entry.name} --help\` for its options`);
    command.option("--debug", "stack traces with errors").option("--quiet", "no progress");
    if (entry.name !== asked && !(asked === "help" && args.includes(entry.name))) continue;
    const module = (await entry.load()).command;
    module.configure(command);
    command.action(async () => {
      exit = await module.run(makeContext(), command.args, command.opts());
    });
  }
  if (args.length === 0) {
    program.outputHelp();
    return 2;
  }
  await program.parseAsync([...args], { from: "user" });
  return exit;
}
