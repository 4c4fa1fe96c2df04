import type { Cause } from "./types.ts";
import type { Sides } from "./sides.ts";

/** Pods that found no place where one could be looked for, and the pools where none could. */
export function unjudgedCauses({ unjudged: { pools, pods } }: Sides): readonly Cause[] {
  if (pods === 0) return [];
  const noun = pods === 1 ? "1 pod" : `${pods} pods`;
  const sentence = `whether ${noun} would get a place is not known, nor what it would cost`;
  return [...pools.map((pool): Cause => ({ code: "not-judged", sentence: pool })), { code: "not-judged", sentence }];
}

/** What was not read, and what is missing because of it. */
export function unreadCauses({ isTodayRead, hasDaemonSets, missing }: Sides): readonly Cause[] {
  return [
    ...(isTodayRead
      ? []
      : [{ code: "not-read" as const, sentence: "nodes were not read: there is no today to compare with" }]),
    ...(hasDaemonSets
      ? []
      : [
          {
            code: "not-read" as const,
            sentence:
              "DaemonSets were not read: their overhead on every node is missing, so Karpenter's side is too small",
          },
        ]),
    ...(missing.length === 0
      ? []
      : [
          {
            code: "not-read" as const,
            sentence: `pods are missing, so Karpenter's side is too small: ${firstOf(missing)}`,
          },
        ]),
  ];
}

/** Nothing runs that the plan could be compared with. */
export function noNodesCauses({ isTodayRead }: Sides): readonly Cause[] {
  if (!isTodayRead) return [];
  return [
    { code: "no-nodes", sentence: "no node runs today: there is nothing to compare with; every pod gets a place" },
  ];
}

/** The first three, and how many more. */
function firstOf(sentences: readonly string[]): string {
  const more = sentences.length > 3 ? ` and ${sentences.length - 3} more` : "";
  return `${sentences.slice(0, 3).join("; ")}${more}`;
}
