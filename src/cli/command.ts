import type { Command } from "commander";
import type { SnapshotReader } from "../ports/source.ts";
import type { World } from "../ports/world.ts";

/** What the shell learns, as `exitCodes` says in words. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 70 | 130;

/** What a command may use of this machine. Only `cli/` makes one. */
export interface Context {
  /** Result text to stdout as it is, newline added when missing. */
  print(text: string): void;
  /** The same for what a person reads: lines break at words where the terminal is narrower. */
  out(text: string): void;
  /** Hints and summaries to stderr, broken at words. */
  note(text: string): void;
  /** Cells in a line: the terminal's, else those that COLUMNS says, else as many as it takes. */
  readonly columns: number;
  readonly isColour: boolean;
  /** Opens the world that the source options name: live adapters or the sandbox. Adapters load here, not before. */
  world(options: SourceOptions & WorldOptions): Promise<World>;
  /** The loader that the source options name. */
  reader(options: SourceOptions): Promise<SnapshotReader>;
  /** Host without a world, for commands that only read files. */
  host(options: WorldOptions): World["host"];
  /** `user@host`, written into journals. */
  readonly who: string;
}

/** Where a command takes its cluster from: one of live, `--from`, `--sandbox`. */
export interface SourceOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  /** On whose behalf Kubernetes is asked, as kubectl's flags of these names. */
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly cluster?: string;
  readonly from?: string;
  readonly podTemplates?: string;
  readonly sandbox?: string;
  readonly seed?: string;
  /** Folder for journals, results and sandboxes, default `.dovetail`. */
  readonly state?: string;
}

/** Options of commands that may write or ask. */
export interface WorldOptions {
  readonly yes?: boolean;
  readonly confirm?: string;
  readonly input?: boolean;
  readonly quiet?: boolean;
  /** Show each call to Kubernetes, AWS and helm. */
  readonly verbose?: boolean;
  readonly helm?: string;
}

/**
 * A command whose options have one type. Commander is the parser: each option's `choices` or `argParser` let in only what its member of
 * the type says, so the type belongs beside the options that `configure` adds.
 */
export function commandOf<Options extends object>(of: {
  configure(command: Command): void;
  run(context: Context, options: Options, args: readonly string[]): Promise<ExitCode>;
}): CommandModule {
  return {
    configure: (command) => of.configure(command),
    run: (context, args, options) => of.run(context, options as Options, args),
  };
}

/** One command: its options, and what it does with them. */
export interface CommandModule {
  /** Adds arguments, options and help text to the commander command. */
  configure(command: Command): void;
  run(context: Context, args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<ExitCode>;
}
