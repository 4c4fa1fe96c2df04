import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { goSort } from "./go-sort.ts";

interface Vector {
  readonly n: number;
  readonly kind: string;
  readonly keys: readonly number[];
  readonly perm: readonly number[];
}

const { vectors } = JSON.parse(readFileSync("test/vectors/go-sort-vectors.json", "utf8")) as {
  readonly vectors: readonly Vector[];
};

test("equal elements end where Go's own sort leaves them", () => {
  expect(vectors.length).toBeGreaterThan(500);
  for (const { n, kind, keys, perm } of vectors) {
    const items = keys.map((key, at) => ({ key, at }));
    goSort(items, (a, b) => a.key < b.key);
    expect(
      items.map(({ at }) => at),
      `${n} elements, ${kind}`,
    ).toEqual(perm);
  }
});
