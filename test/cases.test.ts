/**
 * Inputs as they are in the world, on which the product was once wrong: `test/cases/NAME/` holds the files, a row says what a command must and must not
 * say of them. `{NAME}` in arguments is that folder; `{POOLS}` a NodePool that allows nearly everything.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { main } from "../src/cli/main.ts";
import { convertRows } from "./cases/convert-rows.ts";
import { groupRows } from "./cases/group-rows.ts";
import { journeyRows } from "./cases/journey-rows.ts";
import { rows } from "./cases/rows.ts";

const folder = relative(process.cwd(), resolve(import.meta.dirname, "cases"));

afterEach(() => {
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
});

process.setMaxListeners(0);

test.each([...rows, ...convertRows, ...groupRows, ...journeyRows])("$name: $title", async (row) => {
  const output = mkdtempSync(join(tmpdir(), "dovetail-case-"));
  try {
    for (const step of row.steps) {
      const { exit, stdout, stderr } = await run(step.args.map((arg) => filled(arg, row.name, output)));
      const said = words(`${stdout}\n${stderr}`);
      expect(exit, said).toBe(step.exit ?? exit);
      for (const text of step.says ?? []) expect(said).toContain(words(text));
      for (const text of step.saysNot ?? []) expect(said).not.toContain(words(text));
      step.check?.({ stdout, stderr, output });
    }
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});

function filled(arg: string, name: string, output: string): string {
  return arg
    .replaceAll("{input}", join(folder, name))
    .replaceAll("{POOLS}", join(folder, "pools"))
    .replaceAll("{output}", output);
}

// What is said counts, not where its lines break.
function words(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

async function run(args: readonly string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((stdout += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((stderr += String(text))));
  const exit = await main(args);
  vi.restoreAllMocks();
  return { exit, stdout, stderr };
}
