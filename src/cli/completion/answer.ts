import type { Command, Option } from "commander";
import { commands } from "../commands.ts";
import { makeProgram } from "../program.ts";
import { fillingOf } from "../options.ts";
import { type Candidate, directives, named, type Offer } from "./candidate.ts";
import { filledWith } from "./fillings.ts";
import { positional } from "./positional.ts";

const nothing: Offer = { candidates: [], directive: directives.nothingElse };

/** What may stand in place of the last of the words, given those before it. */
export async function answerFor(words: readonly string[]): Promise<Offer> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const name = commandIn(before);
  const program = await makeProgram({
    isLoaded: (entry) => entry.name === name,
    complain: () => undefined,
    action: () => () => Promise.resolve(),
  });
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) {
    return onlyFitting(current.startsWith("-") ? optionsOf(program, []) : await topLevel(before), current);
  }
  const asked = { command, before: before.slice(before.indexOf(name ?? "") + 1) };
  return onlyFitting(await inside(asked, current), current);
}

interface Asked {
  readonly command: Command;
  /** The words after the command's name. */
  readonly before: readonly string[];
}

async function inside({ command, before }: Asked, current: string): Promise<Offer> {
  const [, flag = "", value] = /^(--[\w-]+)=(.*)$/.exec(current) ?? [];
  if (value !== undefined) {
    const option = optionCalled(command, flag);
    if (option === undefined || option.isBoolean()) return nothing;
    const { candidates, directive } = await valuesOf(option, before);
    return { candidates: candidates.map((one) => ({ ...one, word: `${flag}=${one.word}` })), directive };
  }
  const last = optionCalled(command, before.at(-1) ?? "");
  if (last !== undefined && !last.isBoolean()) {
    const values = await valuesOf(last, before);
    if (last.required || values.candidates.some(({ word }) => word.startsWith(current))) return values;
  }
  if (current.startsWith("-")) return optionsOf(command, before);
  const places = before.filter((word, i) => !word.startsWith("-") && !takesValue(command, before[i - 1]));
  return positional(command.name(), places, current);
}

function takesValue(command: Command, word: string | undefined): boolean {
  const option = word === undefined || word.includes("=") ? undefined : optionCalled(command, word);
  return option?.required === true;
}

async function valuesOf(option: Option, before: readonly string[]): Promise<Offer> {
  if (option.argChoices !== undefined) return named(option.argChoices);
  const filling = fillingOf(option);
  return filling === undefined ? nothing : filledWith(filling, before);
}

function optionCalled(command: Command, word: string): Option | undefined {
  return command.options.find((option) => option.long === word || option.short === word);
}

function optionsOf(command: Command, before: readonly string[]): Offer {
  const candidates = command
    .createHelp()
    .visibleOptions(command)
    .filter(
      (option) =>
        option.long !== undefined && (option.variadic || isRepeatable(option) || !before.includes(option.long)),
    )
    .map((option): Candidate => ({ word: option.long ?? "", means: firstLine(option.description) }));
  return { candidates, directive: directives.nothingElse };
}

function isRepeatable(option: Option): boolean {
  return option.description.includes("repeat");
}

async function topLevel(before: readonly string[]): Promise<Offer> {
  if (before[0] === "help") return positional("help", before.slice(1), "");
  if (before[0] === "complete") return before.length > 1 ? nothing : named(["bash", "zsh", "fish", "powershell"]);
  const own = commands.map(({ name, summary }): Candidate => ({ word: name, means: summary }));
  const more = [
    { word: "help", means: "help for a command, guides, exit codes" },
    { word: "complete", means: "the script for your shell's completion" },
  ];
  return { candidates: [...own, ...more], directive: directives.nothingElse };
}

/** The command in the words: the first that is one. */
function commandIn(words: readonly string[]): string | undefined {
  const first = words.find((word) => !word.startsWith("-"));
  return commands.find(({ name }) => name === first)?.name;
}

function onlyFitting({ candidates, directive }: Offer, current: string): Offer {
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)), directive };
}

function firstLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
