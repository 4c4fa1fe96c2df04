import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { permissionsOf } from "../src/app/permissions/permissions.ts";
import { permissionsPage } from "../src/report/text/permissions.ts";
import { pagesWithScreens, withScreens } from "./page-screens.ts";
import { faultPage } from "./fault-page.ts";
import { releasePage } from "./release-page.ts";
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

test("docs/releases.md is what `npm run docs` writes", () => {
  const page = resolve(import.meta.dirname, "../docs/releases.md");
  expect(readFileSync(page, "utf8"), "run npm run docs").toBe(releasePage());
});

test("docs/guide/permissions.md is what `npm run docs` writes", () => {
  const page = resolve(import.meta.dirname, "../docs/guide/permissions.md");
  expect(readFileSync(page, "utf8"), "run npm run docs").toBe(permissionsPage(permissionsOf));
});

test("the examples that explain shows are what `npm run docs` writes", () => {
  const file = resolve(import.meta.dirname, "../src/findings/examples.generated.ts");
  expect(readFileSync(file, "utf8"), "run npm run docs").toBe(examplesModule());
});

test.each(pagesWithScreens)("%s shows what the program prints", (page) => {
  const text = readFileSync(resolve(import.meta.dirname, "..", page), "utf8");
  expect(text, "run npm run docs").toBe(withScreens(page, text));
  expect(text).toContain("<!-- screen ");
});
