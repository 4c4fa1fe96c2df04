import { expect, test } from "vitest";
import { rehearse } from "./rehearse.ts";
import { storyOf } from "./story.ts";

/** A few: some that once failed. All that once failed, and thousands: `npm run rehearsals`, as CI does. */
const seeds = [57, 164, 1575];

test("cut-overs among people, AWS, faults and kills keep every promise", { timeout: 240_000 }, async () => {
  const wrong: Record<string, readonly string[]> = {};
  for (const seed of seeds) {
    const outcome = await rehearse(storyOf(seed));
    if (outcome.wrong.length > 0) wrong[`npm run rehearsals -- --seed ${seed}`] = outcome.wrong;
  }
  expect(wrong).toEqual({});
});

test("the same seed is the same story, and comes to the same end", async () => {
  const [one, two] = [await rehearse(storyOf(3)), await rehearse(storyOf(3))];
  expect(one).toEqual(two);
});
