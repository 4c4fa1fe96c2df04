import { rehearse } from "./rehearse.ts";
import type { Story } from "./story.ts";

/** The story without whatever it still fails without. */
export async function smallest(story: Story): Promise<Story> {
  let now = story;
  const kind = await kindOf(story);
  for (const smaller of candidates(now)) {
    const next = smaller(now);
    if (next !== undefined && (await kindOf(next)) === kind) now = next;
  }
  return now;
}

type Smaller = (story: Story) => Story | undefined;

function candidates(story: Story): readonly Smaller[] {
  const lists = ["kills", "killsBack", "stops", "faults", "deeds"] as const;
  return [
    (one) => ({ ...one, slowness: 1 }),
    (one) => ({ ...one, staleMs: 0 }),
    ...lists.flatMap((list) =>
      story[list].map(
        (item): Smaller =>
          (one) => ({ ...one, [list]: one[list].filter((other) => other !== item) }),
      ),
    ),
  ];
}

/** What went wrong first, without the names that chance chose; undefined when nothing did. */
async function kindOf(story: Story): Promise<string | undefined> {
  try {
    const [first] = (await rehearse(story)).wrong;
    return first?.replaceAll(/[\d:.-]+|\b[a-z0-9]*\d[a-z0-9]*\b/g, "").slice(0, 40);
  } catch {
    return "our bug";
  }
}
