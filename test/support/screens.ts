/**
 * Screens that README and the guides show: `test/screens/NAME.txt`, each the command and what it printed. A test makes them and fails when they
 * differ; UPDATE_GOLDEN=1 writes them. `npm run docs` puts them between the markers of a page.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "vitest";

const folder = resolve(import.meta.dirname, "../screens");

/** Compares a screen with the one that is kept. */
export function expectScreen(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  expect(existsSync(file), `test/screens/${name}.txt is missing: UPDATE_GOLDEN=1 makes it`).toBe(true);
  expect(text, `test/screens/${name}.txt: UPDATE_GOLDEN=1 renews it, then npm run docs`).toBe(
    readFileSync(file, "utf8"),
  );
}
