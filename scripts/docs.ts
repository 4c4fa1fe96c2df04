/** Writes docs/rules (a page per finding and their index), docs/faults.md, docs/releases.md, the examples that `explain` shows, and the screens of README and guides. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { permissionsOf } from "../src/app/permissions/permissions.ts";
import { permissionsPage } from "../src/report/text/permissions.ts";
import { pagesWithScreens, withScreens } from "./page-screens.ts";
import { faultPage } from "./fault-page.ts";
import { releasePage } from "./release-page.ts";
import { examplesModule, rulePages } from "./rule-pages.ts";

const folder = resolve(import.meta.dirname, "../docs/rules");
mkdirSync(folder, { recursive: true });
const pages = rulePages();
const names = new Set(pages.map((page) => page.name));
for (const old of readdirSync(folder)) if (!names.has(old)) rmSync(join(folder, old));
for (const page of pages) writeFileSync(join(folder, page.name), page.text);
const examples = resolve(import.meta.dirname, "../src/findings/examples.generated.ts");
writeFileSync(examples, examplesModule());
writeFileSync(resolve(import.meta.dirname, "../docs/faults.md"), faultPage());
writeFileSync(resolve(import.meta.dirname, "../docs/releases.md"), releasePage());
writeFileSync(resolve(import.meta.dirname, "../docs/guide/permissions.md"), permissionsPage(permissionsOf));
for (const page of pagesWithScreens) {
  const path = resolve(import.meta.dirname, "..", page);
  writeFileSync(path, withScreens(page, readFileSync(path, "utf8")));
}
process.stdout.write(`docs/rules: ${pages.length} pages\n`);
