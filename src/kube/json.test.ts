import fc from "fast-check";
import { expect, test } from "vitest";
import {
  canonical,
  defined,
  flagAt,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  printed,
  sameJson,
  scalarAt,
  textAt,
  textsAt,
  valueAt,
} from "./json.ts";
import type { Json } from "./objects.ts";

const group: Json = {
  name: "workers",
  empty: "",
  nothing: null,
  size: 3,
  quota: "12.5",
  on: false,
  tags: [{ Key: "team", Value: "shop" }, "odd", null],
};

test("a scalar that nobody told is undefined, never zero, false or an empty text", () => {
  for (const key of ["empty", "nothing", "absent", "tags"]) {
    expect([key, textAt(group, key), numberAt(group, key), flagAt(group, key), scalarAt(group, key)]).toEqual([
      key,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
  expect([textAt(group, "name"), numberAt(group, "size"), flagAt(group, "on")]).toEqual(["workers", 3, false]);
  expect([scalarAt(group, "size"), scalarAt(group, "on")]).toEqual(["3", "false"]);
});

test("a number may be written as text, but not loosely", () => {
  expect(numberAt(group, "quota")).toBe(12.5);
  for (const text of ["1e3", "0x10", " 1", "1 ", "1.", ".5", "--1", "Infinity", "1,000"])
    expect(numberAt(text)).toBe(undefined);
});

test("lists and objects that are left out are empty, and items of another type are not items", () => {
  expect([listAt(group, "absent"), objectAt(group, "name"), textsAt(group, "tags")]).toEqual([[], {}, ["odd"]]);
  expect(objectsAt(group, "tags")).toEqual([{ Key: "team", Value: "shop" }]);
  expect(textAt(group, "tags", 0, "Value")).toBe("shop");
  expect(valueAt(group, "tags", 2)).toBe(null);
  expect(valueAt(group, "name", "length")).toBe(undefined);
});

test("an absent member is left out, a false or null one stays", () => {
  expect(defined({ a: undefined, b: false, c: null, d: 0 })).toEqual({ b: false, c: null, d: 0 });
});

test("canonical text is equal exactly for equal JSON", () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  const reversed = (value: Json): Json =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, item]) => [key, reversed(item as Json)]),
          )
        : value;
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(canonical(reversed(a))).toBe(canonical(a));
      expect(sameJson(a, reversed(a))).toBe(true);
      // JSON has no negative zero: its text is "0".
      expect(canonical(a) === canonical(b)).toBe(
        sameJson(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))),
      );
    }),
  );
  expect(printed("bare")).toBe("bare");
  expect(printed({ a: [1] })).toBe('{"a":[1]}');
});
