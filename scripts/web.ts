/** Builds the report page into one string that the command line carries: `npm run web`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";
import { hashOfWeb } from "./web-hash.ts";

const root = resolve(import.meta.dirname, "..");
await build({ configFile: join(root, "web", "vite.config.ts"), logLevel: "warn" });
const html = readFileSync(join(root, "web", "dist", "index.html"), "utf8");
const target = join(root, "src", "report", "html", "viewer.generated.ts");
const lines = [
  "/** The report page, built from `web/` by `npm run web`. */",
  `export const viewerSources = ${JSON.stringify(hashOfWeb(root))};`,
  "/** HTML with a placeholder where the report's JSON goes. */",
  `export const viewer = ${JSON.stringify(html)};`,
];
writeFileSync(target, `${lines.join("\n")}\n`);
process.stdout.write(`src/report/html/viewer.generated.ts: ${Math.round(html.length / 1000)} KB\n`);
