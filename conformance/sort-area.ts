import { goSort } from "../src/kube/go-sort.ts";
import type { Area } from "./area.ts";
import { firstDifference } from "./outcome.ts";

/** Permutations that Go's unstable sort produces. */
export const sortArea: Area = {
  name: "go-sort",
  check: ({ line }) => {
    const { keys, perm } = line as { readonly keys: readonly number[]; readonly perm: readonly number[] };
    const positions = keys.map((key, at) => ({ key, at }));
    goSort(positions, (a, b) => a.key < b.key);
    const difference = firstDifference(
      perm,
      positions.map(({ at }) => at),
    );
    return difference === undefined ? { outcome: "match" } : { outcome: "mismatch", difference };
  },
};
