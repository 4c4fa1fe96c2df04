/** Fails when any installed package's licence is outside the lists: a narrow one for what is shipped, a wider one for tools. */
import { readFileSync } from "node:fs";
import { allowedForTools, isAllowed } from "./bundled.ts";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly license?: string }>>;
};
const all = Object.entries(lock.packages).filter(([path]) => path !== "");
const refused = all.filter(([, { license }]) => license === undefined || !isAllowed(license, allowedForTools));
for (const [path, { version = "", license = "says none" }] of refused) {
  process.stderr.write(
    `error: ${path.replace(/^.*node_modules\//, "")} ${version}: licence ${license} is not on the list\n`,
  );
}
process.stdout.write(
  `${all.length} packages, ${refused.length} with a licence outside the lists of scripts/bundled.ts\n`,
);
process.exitCode = refused.length === 0 ? 0 : 1;
