/** Runs the command line from source: `npm run dovetail -- assess --sandbox traps`. */
import { main } from "../src/cli/main.ts";

process.env["DOVETAIL_CALLED_AS"] ??= "npm run --silent dovetail --";
process.exitCode = await main(process.argv.slice(2));
