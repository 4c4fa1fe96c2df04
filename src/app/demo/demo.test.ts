import { expect, test } from "vitest";
import { loadCatalogue } from "../../adapters/disk/catalogue.ts";
import { nobodyInCharge, twoInCharge } from "../../twin/checkers/charge.ts";
import {
  podsDeletedDirectly,
  restorable,
  unexplainedWrites,
  unreadyWorkloads,
} from "../../twin/checkers/invariants.ts";
import { type OpenSandbox, openSandbox } from "../../adapters/sandbox/open.ts";
import { expectScreen } from "../../../test/support/screens.ts";
import { chapterText, headingText } from "../../report/text/demo.ts";
import { type Chapter, runDemo } from "./demo.ts";

async function demo(
  name: string,
  seed: number,
): Promise<{
  readonly open: OpenSandbox;
  readonly chapters: readonly Chapter[];
  readonly hasPassed: boolean;
  readonly screen: string;
}> {
  const open = await openSandbox({ name, seed });
  const chapters: Chapter[] = [];
  const screen: string[] = [];
  const view = { columns: 80, isColour: false };
  const { hasPassed } = await runDemo(open.world, {
    name,
    by: "anna@one",
    catalogue: loadCatalogue(),
    fingerprint: () => restorable(open.sandbox),
    begin: (heading) => void screen.push(`${headingText(heading, 11, view)}\n`),
    show: (chapter) => {
      chapters.push(chapter);
      screen.push(`${chapterText(chapter, view)}\n`);
    },
  });
  return { open, chapters, hasPassed, screen: screen.join("") };
}

async function expectSound(open: OpenSandbox): Promise<void> {
  const { entries } = await open.world.journal.read();
  const { audit } = open.sandbox;
  expect(podsDeletedDirectly(audit)).toEqual([]);
  expect(unexplainedWrites(audit, entries)).toEqual([]);
  expect(twoInCharge(audit)).toEqual([]);
  expect(nobodyInCharge(audit, 180_000)).toEqual([]);
  expect(unreadyWorkloads(open.sandbox)).toEqual([]);
}

test("the clean cluster goes to Karpenter as forecast, comes back, and is as it was found", async () => {
  const { open, chapters, hasPassed, screen } = await demo("clean", 1);
  expect(hasPassed).toBe(true);
  expectScreen("demo", screen);
  const verified = chapters.find((one) => one.kind === "verify")?.verification;
  expect(verified).toMatchObject({ end: "completed", wrong: [] });
  expect(verified?.nodes.now).toBeLessThan(verified?.nodes.before ?? 0);
  expect(chapters.at(-1)).toMatchObject({ kind: "undo", isAsBefore: true });
  await expectSound(open);
}, 600_000);

test("ux-02-migrate-ignores-known-blockers: the cluster of traps is refused before anything moves", async () => {
  const { open, chapters, hasPassed } = await demo("traps", 1);
  expect(hasPassed).toBe(false);
  const stopped = chapters.find((one) => one.kind === "stopped");
  expect(stopped?.fault).toMatchObject({ code: "migrate.refused", outcome: "nothing was changed" });
  expect(chapters.map((one) => one.kind)).not.toContain("rollback");
  expect(chapters.at(-1)).toMatchObject({ kind: "undo", isAsBefore: true });
  await expectSound(open);
}, 600_000);
