import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rehearse, type Story, storyOf } from "./rehearse.ts";

/**
 * Seeded rehearsals of the cut-over with kills and faults. By default a few of them, and every seed that once failed;
 * `DOVETAIL_REHEARSALS=200` for
 * many, `DOVETAIL_REHEARSAL_SEED=17` for one again, `DOVETAIL_KILL_POINTS=all` for a kill at every single write.
 */
const only = process.env["DOVETAIL_REHEARSAL_SEED"];
const count = Number(process.env["DOVETAIL_REHEARSALS"] ?? "3");
const onceFailed = readFileSync(join(import.meta.dirname, "seeds.txt"), "utf8")
  .split("\n")
  .flatMap((line) => /^(\d+)\b/.exec(line)?.[1] ?? []);
const seeds = only === undefined ? [...new Set([...onceFailed.map(Number), ...range(1, count)])] : [Number(only)];

describe("a cut-over that is killed and refused keeps every promise", () => {
  test.each(seeds)("seed %i", { timeout: 120_000 }, async (seed) => {
    const { wrong, story } = await rehearse(storyOf(seed));
    const replay = `replay: DOVETAIL_REHEARSAL_SEED=${seed} npx vitest run test/rehearsals`;
    expect(wrong, `${replay}\n${JSON.stringify(story)}`).toEqual([]);
  });
});

describe.skipIf(only !== undefined)("killed at one write and resumed", () => {
  const quiet: Story = { clusterSeed: 1, kills: [], faults: [], goal: "migrate", rollbackKills: [] };
  const isAll = process.env["DOVETAIL_KILL_POINTS"] === "all";

  test("it comes to the same end from every kill point tried", { timeout: 3_600_000 }, async () => {
    const whole = await rehearse(quiet);
    expect(whole.wrong).toEqual([]);
    const points = isAll ? range(1, whole.writes) : [7, 23];
    for (const atWrite of points) {
      for (const when of isAll ? (["before", "after"] as const) : (["after"] as const)) {
        const { wrong, end } = await rehearse({ ...quiet, kills: [{ kind: "kill", atWrite, when }] });
        expect({ atWrite, when, wrong, end }).toEqual({ atWrite, when, wrong: [], end: whole.end });
      }
    }
  });

  test.runIf(isAll)(
    "it is rolled back from every kill point to what was recorded",
    { timeout: 3_600_000 },
    async () => {
      const whole = await rehearse(quiet);
      for (const atWrite of range(1, whole.writes)) {
        const kills = [{ kind: "kill" as const, atWrite, when: "after" as const }];
        const { wrong } = await rehearse({ ...quiet, kills, goal: "rollback" });
        expect({ atWrite, wrong }).toEqual({ atWrite, wrong: [] });
      }
    },
  );
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
