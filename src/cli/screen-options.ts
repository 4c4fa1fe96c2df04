import { type Command, Option } from "commander";
import { choice, headings } from "./options.ts";
import { colourChoices } from "./screen.ts";

/** Options that every command has. */
export function addScreenOptions(command: Command): void {
  const options = [
    choice("--color <when>", "colours (default auto: in a terminal, unless NO_COLOR is set)", colourChoices),
    new Option("--quiet", "no progress"),
    new Option("-v, --verbose", "show each call to Kubernetes, AWS and helm (DOVETAIL_LOG=FILE keeps them)"),
    new Option("--debug", "stack traces with errors"),
  ];
  for (const option of options) command.addOption(option.helpGroup(headings.screen));
}
