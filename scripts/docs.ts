/** Writes docs/rules (a page per finding and their index), docs/faults.md, and the examples that `explain` shows. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { faultPage } from "./fault-page.ts";
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
process.stdout.write(`docs/rules: ${pages.length} pages\n`);
