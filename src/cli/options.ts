import { type Command, Option } from "commander";
import { usage } from "../fault/fault.ts";

/** Headings of `--help`, in their order: what a command does comes before where its cluster comes from. */
export const headings = {
  own: "Options:",
  consent: "Consent:",
  source: "Which cluster:",
  screen: "Output:",
} as const;

/** What fills an option's value where no list of words does: completion asks the disk, the kubeconfig or the sandbox. */
export type Filling = "file" | "folder" | "context" | "profile" | "sandbox" | "group";

const fillings = new WeakMap<Option, Filling>();

/** Says what fills an option. */
export function filled(option: Option, filling: Filling): Option {
  fillings.set(option, filling);
  return option;
}

/** What fills an option; undefined for words that nobody can know. */
export function fillingOf(option: Option): Filling | undefined {
  return fillings.get(option);
}

/** An option that a variable of the environment may give: `DOVETAIL_CONTEXT` for `--context`. */
function sourced(flags: string, description: string, filling?: Filling): Option {
  const option = new Option(flags, description).helpGroup(headings.source);
  option.env(`DOVETAIL_${option.attributeName().replaceAll(/[A-Z]/g, "_$&").toUpperCase()}`);
  return filling === undefined ? option : filled(option, filling);
}

/**
 * Options by which every command takes its cluster, each also by a variable of the environment. While parsing, `usage.several-sources` is
 * thrown for both names of a recording at once.
 */
export function addSourceOptions(command: Command): Command {
  // The word that a recording is called by is understood too.
  const refuseBoth = (other: string): void => {
    if (command.getOptionValueSource(other) !== "cli") return;
    throw usage("several-sources", "--from and --snapshot name two sources", "pass one of them");
  };
  command.on("option:from", () => refuseBoth("snapshot"));
  command.on("option:snapshot", (path: string) => {
    refuseBoth("from");
    command.setOptionValueWithSource("from", path, "cli");
  });
  const options = [
    sourced("--context <name>", "kubeconfig context (default: the current one)", "context"),
    sourced("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, then ~/.kube/config)", "file"),
    sourced("--as <user>", "Kubernetes user to impersonate"),
    sourced("--as-group <group>", "Kubernetes group to impersonate, as often as needed").argParser(collect),
    sourced("--as-uid <uid>", "Kubernetes uid to impersonate").hideHelp(),
    sourced("--region <name>", "AWS region (default: as the AWS CLI)"),
    sourced("--profile <name>", "AWS profile (default: as the AWS CLI)", "profile"),
    sourced("--cluster <name>", "EKS cluster name (default: read from the kubeconfig and the nodes)"),
    sourced("--from <path>", "snapshot file, folder of `kubectl get -o yaml|json` dumps, or - for a stream", "file"),
    filled(new Option("--snapshot <path>", "the same as --from").hideHelp(), "file"),
    sourced(
      "--pod-templates <file>",
      "where custom resources of --from hold their pod templates (docs/guide/snapshot.md)",
      "file",
    ),
    sourced("--sandbox <name>", "built-in sample cluster", "sandbox"),
    sourced("--seed <number>", "seed of the sandbox (default 1)"),
    sourced("--state <folder>", "folder for journals, results and sandboxes (default .dovetail)", "folder"),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/**
 * What was typed wins over the environment: a cluster that is typed drops those that variables name, and a seed without a sandbox is no
 * seed. Called once when all is parsed. Answers the options that the environment gave.
 */
export function preferTyped(command: Command): readonly string[] {
  const isTyped = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  const drop = (name: string): void => {
    if (command.getOptionValueSource(name) === "env") command.setOptionValueWithSource(name, undefined, "default");
  };
  const kinds = [["from"], ["sandbox"], ["context", "kubeconfig"]];
  const typed = kinds.find((names) => names.some(isTyped));
  for (const names of kinds) if (typed !== undefined && names !== typed) for (const name of names) drop(name);
  if (command.getOptionValue("sandbox") === undefined) drop("seed");
  if (command.getOptionValue("from") === undefined) drop("podTemplates");
  return Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) === "env");
}

/** Options of commands that may write. */
export function addWriteOptions(command: Command): Command {
  const options = [
    new Option("--plan", "show what would be done and stop; nothing else is done, whatever else is given"),
    new Option("--yes", "go on without asking (severe steps need --confirm)"),
    new Option("--confirm <cluster>", "the cluster's name, for severe steps in scripts"),
    new Option("--no-input", "never ask: a question becomes a usage error that names the flag to pass"),
  ];
  for (const option of options) command.addOption(option.helpGroup(headings.consent));
  return command;
}

/** An option that takes one of a few words: help lists them, completion offers them, a misspelt one is told its neighbour. */
export function choice<T extends string>(flags: string, description: string, words: readonly T[]): Option {
  return new Option(flags, description).choices(words);
}

/** An option that takes a path. */
export function path(flags: string, description: string, kind: "file" | "folder" = "file"): Option {
  return filled(new Option(flags, description), kind);
}

/** An option that may be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
