import { verifyMigration } from "../../app/verify/verify.ts";
import { migrationDocument } from "../../report/migrate-json.ts";
import { verificationSheet, verifyText } from "../../report/text/verify.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { addOutputOptions, answerWith } from "../output.ts";
import { text, wordsOf } from "./values.ts";

/** `dovetail verify`: forecast beside fact, after a migration. Changes nothing. */
export const command: CommandModule = {
  configure: (command) => {
    addSourceOptions(addOutputOptions(command, ["csv", "markdown"]));
  },
  run: async (context, _args, given) => {
    const world = await context.world(given);
    const verification = await verifyMigration(world, text(given, "cluster"));
    answerWith(context, given, {
      document: () => migrationDocument("verify", { verification }),
      text: (view) => verifyText(verification, { ...view, words: wordsOf(given) }),
      sheet: () => verificationSheet(verification),
    });
    return verification.end === "completed" && verification.wrong.length === 0 ? 0 : 1;
  },
};
