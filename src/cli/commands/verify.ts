import { verifyMigration } from "../../app/verify/verify.ts";
import { migrationJson } from "../../report/migrate-json.ts";
import { verifyText } from "../../report/text/verify.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { flag, text, wordsOf } from "./values.ts";

/** `dovetail verify`: forecast beside fact, after a migration. Changes nothing. */
export const command: CommandModule = {
  configure: (command) => {
    addSourceOptions(command).option("--json", "one versioned JSON document instead of text");
  },
  run: async (context, _args, given) => {
    const world = await context.world(given);
    const verification = await verifyMigration(world, text(given, "cluster"));
    context.out(
      flag(given, "json") ? migrationJson("verify", { verification }) : verifyText(verification, wordsOf(given)),
    );
    return verification.end === "completed" && verification.wrong.length === 0 ? 0 : 1;
  },
};
