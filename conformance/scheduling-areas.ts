import { solve } from "../src/scheduling/pass/solve.ts";
import type { Area, Case, Context, Verdict } from "./area.ts";
import { disruptArea } from "./disrupt-area.ts";
import { canonical, firstDifference, type Outcome, outcomeOf, withoutTexts } from "./outcome.ts";
import { type Scenario, solveInputOf } from "./scenario.ts";

/** How many pod error texts were word for word the same; told beside the verdicts. */
export const texts = { same: 0, other: 0, firstOther: "" };

function check(item: Case, context: Context): Verdict {
  const scenario = item.line as unknown as Scenario;
  const expected = scenario.expect as Outcome & { readonly observed?: readonly Outcome[] };
  const { observed = [], ...first } = expected;
  const ours = outcomeOf(solve(solveInputOf(scenario, context.catalogues, item.release)), scenario.area);
  countTexts(item.id, first, ours);
  return compareOutcomes(item.stable, { first, observed }, ours);
}

/** `exact`: order and content; `canonical`: after sorting; `set`: one of those observed. */
export function compareOutcomes(
  stable: string,
  theirs: { readonly first: Outcome; readonly observed: readonly Outcome[] },
  ours: Outcome,
): Verdict {
  const got = withoutTexts(ours);
  if (stable === "exact") {
    const difference = firstDifference(withoutTexts(theirs.first), got);
    return difference === undefined ? { outcome: "match" } : { outcome: "mismatch", difference, got };
  }
  const sorted = canonical(ours);
  const candidates = stable === "set" ? theirs.observed : [canonical(theirs.first)];
  if (candidates.some((one) => firstDifference(one, sorted) === undefined)) return { outcome: "match" };
  const nearest = candidates.map((one) => firstDifference(one, sorted) ?? "").sort((a, b) => b.length - a.length)[0];
  return { outcome: "mismatch", difference: `none of ${candidates.length} outcomes: ${nearest ?? ""}`, got };
}

function countTexts(id: string, theirs: Outcome, ours: Outcome): void {
  for (const [pod, { text }] of Object.entries(theirs.podErrors ?? {})) {
    const own = ours.podErrors?.[pod]?.text;
    if (text === undefined || own === undefined) continue;
    if (text === own) texts.same += 1;
    else {
      texts.other += 1;
      if (texts.firstOther === "") texts.firstOther = `${id} ${pod}\n  Karpenter: ${text}\n  ours:      ${own}`;
    }
  }
}

export const schedulingAreas: readonly Area[] = [
  { name: "provision", check },
  { name: "simulate", check },
  disruptArea,
];
