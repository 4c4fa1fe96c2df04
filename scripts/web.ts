/** Builds the report page into one string that the command line carries: `npm run web`. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";
import { hashOfWeb } from "./web-hash.ts";

const root = resolve(import.meta.dirname, "..");
await build({ configFile: join(root, "web", "vite.config.ts"), logLevel: "warn" });
const html = readFileSync(join(root, "web", "dist", "index.html"), "utf8");
const policed = withPolicy(html);
const target = join(root, "src", "report", "html", "viewer.generated.ts");
const lines = [
  "/** The report page, built from `web/` by `npm run web`. */",
  `export const viewerSources = ${JSON.stringify(hashOfWeb(root))};`,
  "/** HTML with a placeholder where the report's JSON goes. */",
  `export const viewer = ${JSON.stringify(policed)};`,
];
writeFileSync(target, `${lines.join("\n")}\n`);
process.stdout.write(`src/report/html/viewer.generated.ts: ${Math.round(policed.length / 1000)} KB\n`);

/** The page may run its own script and style, show its own icon, and nothing else: whatever a name in it holds. */
function withPolicy(page: string): string {
  const own = (tag: string): string =>
    [...page.matchAll(new RegExp(`<${tag}(?![^>]*application/json)[^>]*>([\\s\\S]*?)</${tag}>`, "g"))]
      .map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`)
      .join(" ");
  const policy = [
    "default-src 'none'",
    `script-src ${own("script")}`,
    `style-src ${own("style")}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const place = '<meta charset="utf-8" />';
  if (!page.includes(place)) throw new Error("the page has no place for its policy");
  return page.replace(place, () => `${place}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`);
}
