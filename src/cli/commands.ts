import type { CommandModule } from "./command.ts";

/** What `--help` shows of a command, and how to load the rest. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: CommandModule }>;
}

/** Every command in the order of `--help`. The module loads only when its command is called. */
export const commands: readonly CommandEntry[] = [];
