import { Command } from "commander";
import { nearest } from "../fault/nearest.ts";
import type { CommandModule } from "./command.ts";
import { type CommandEntry, commands } from "./commands.ts";
import { addHelp } from "./help.ts";
import { addScreenOptions } from "./screen-options.ts";
import { writeError } from "./terminal.ts";
import { version } from "./version.ts";

/** The program with its commands; the options of those that are `isLoaded`, and what they do. */
export async function makeProgram(of: {
  readonly isLoaded: (entry: CommandEntry) => boolean;
  readonly complain: (text: string) => void;
  readonly action: (command: Command, module: CommandModule) => () => Promise<void>;
}): Promise<Command> {
  const program = styled(new Command("dovetail"), "dovetail", of.complain);
  program
    .description("Moves an EKS cluster from Cluster Autoscaler to Karpenter, and shows what will happen first.")
    .version(version, "-V, --version")
    .option("--debug", "stack traces with errors");
  addHelp(program);
  for (const entry of commands) {
    const command = program.command(entry.name).description(entry.summary);
    if (!of.isLoaded(entry)) continue;
    const module = (await entry.load()).command;
    styled(command, `dovetail ${entry.name}`, of.complain);
    module.configure(command);
    addScreenOptions(command);
    addHelp(command, entry.name);
    command.action(of.action(command, module));
  }
  return program;
}

/** Usage errors in our own words: what, then how to fix, and never a stack trace. */
function styled(command: Command, name: string, complain: (text: string) => void): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ writeErr: writeError, outputError: (text) => complain(complaintOf(text, name)) });
}

function complaintOf(text: string, name: string): string {
  const [what = "", ...suggestion] = text.trim().split("\n");
  const see = `see \`${name} --help\``;
  const chosen = /^error: option '([^']+)' argument '([^']*)' is invalid\. Allowed choices are (.*)\.$/.exec(what);
  if (chosen !== null) return wrongChoice(chosen, see);
  const near = /\(Did you mean (.*)\?\)/.exec(suggestion.join(" "))?.[1];
  return `${what}\n  fix: ${near === undefined ? see : `did you mean ${near}? ${see}`}\n`;
}

function wrongChoice(found: RegExpExecArray, see: string): string {
  const [, flags = "", value = "", list = ""] = found;
  const flag = /--[\w-]+/.exec(flags)?.[0] ?? flags;
  const near = nearest(value, list.split(", "));
  return `error: ${flag} ${value} is none of ${list}\n  fix: ${near === undefined ? see : `did you mean ${near}? ${see}`}\n`;
}
