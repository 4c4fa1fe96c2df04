import { pauseMigration } from "../../app/migrate/status.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { wordsOf } from "./values.ts";

/** `dovetail pause`: asks a running migration, on this machine or a colleague's, to stop after its current step. */
export const command: CommandModule = {
  configure: (command) => {
    addSourceOptions(command);
  },
  run: async (context, _args, given) => {
    const world = await context.world(given);
    const answer = await pauseMigration(world, `${context.who} (pause)`);
    const resume = `dovetail resume ${wordsOf(given)}`.trimEnd();
    context.out(
      answer === "asked"
        ? `asked: the migration stops after its current step\ngo on: ${resume}`
        : `no migration is running; nothing to pause\ngo on: ${resume}`,
    );
    return 0;
  },
};
