import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { faultPage } from "./fault-page.ts";
import { examplesModule, rulePages } from "./rule-pages.ts";

const folder = resolve(import.meta.dirname, "../docs/rules");

test("docs/rules is what `npm run docs` writes", () => {
  const pages = rulePages();
  expect(readdirSync(folder).sort()).toEqual(pages.map((page) => page.name).sort());
  for (const page of pages)
    expect(readFileSync(join(folder, page.name), "utf8"), `run npm run docs (${page.name})`).toBe(page.text);
});

test("docs/faults.md is what `npm run docs` writes", () => {
  const page = resolve(import.meta.dirname, "../docs/faults.md");
  expect(readFileSync(page, "utf8"), "run npm run docs").toBe(faultPage());
});

test("the examples that explain shows are what `npm run docs` writes", () => {
  const file = resolve(import.meta.dirname, "../src/findings/examples.generated.ts");
  expect(readFileSync(file, "utf8"), "run npm run docs").toBe(examplesModule());
});

test("the example of the assess guide is what assess prints", () => {
  const root = resolve(import.meta.dirname, "..");
  const guide = readFileSync(join(root, "docs/guide/assess.md"), "utf8");
  const printed = readFileSync(join(root, "test/golden/assess-traps/stdout.txt"), "utf8").split("\n");
  const block = /```\n(shop   eks[^`]*(?:`[^`\n]+`[^`]*)*)```/.exec(guide)?.[1] ?? "";
  const lines = block.split("\n").filter((line) => line !== "");
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(printed).toContain(line);
});
