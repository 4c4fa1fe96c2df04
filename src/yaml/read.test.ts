import { expect, test } from "vitest";
import { readYaml, readYamlDocuments } from "./read.ts";

/** Plain scalars and what kubectl 1.32 makes of them (`kubectl annotate --local -o json` of a Pod that holds them). */
test.each([
  ["yes", true],
  ["y", true],
  ["On", true],
  ["oN", "oN"],
  ["no", false],
  ["N", false],
  ["off", false],
  ["1_0", 10],
  ["0o7", 7],
  ["010", 8],
  ["08", 8],
  ["0x1F", 31],
  ["0b11", 3],
  ["1e3", 1000],
  ["+1", 1],
  ["-0", 0],
  [".5", 0.5],
  ["5.", 5],
  ["1:30", "1:30"],
  ["2026-01-02", "2026-01-02"],
  ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"],
  ["1.2.3", "1.2.3"],
  ["_1", "_1"],
  ["0o8", "0o8"],
  ["'yes'", "yes"],
  ['"010"', "010"],
  ["!!str yes", "yes"],
  ["!Ref x", "x"],
  ["!!float 3", 3],
  ["!!binary aGk=", "hi"],
  ["!!timestamp 2020-01-01", "2020-01-01"],
  ["!!python/str x", "x"],
  ["!!omap [a: 1]", [{ a: 1 }]],
  ["!!map {a: 1}", { a: 1 }],
])("%s is %j", (text, value) => {
  expect(readYaml(`[${text}]`)).toEqual({ ok: true, value: [value] });
});

test.each([
  ["a key twice: the last", "a: 1\na: 2", { a: 2 }],
  ["merge keys", "x: &x {a: 1, b: 1}\nz: {<<: *x, b: 2}", { x: { a: 1, b: 1 }, z: { a: 1, b: 2 } }],
  ["keys are texts", "yes: 1\n1: 2\n0o7: 3", { true: 1, 1: 2, 7: 3 }],
  ["nulls are absent", "a: ~\nb:\nc: [null]", { c: [null] }],
  ["a byte order mark and CRLF", "\uFEFFa: 1\r\nb: |\r\n  x\r\n", { a: 1, b: "x\n" }],
  ["a field called __proto__", "__proto__: {a: 1}", JSON.parse('{"__proto__":{"a":1}}')],
])("%s", (_, text, value) => {
  expect(readYaml(text)).toEqual({ ok: true, value });
});

test("documents: several, empty ones left out", () => {
  expect(readYamlDocuments("# a\n---\na: 1\n---\n---\n# b\n...\n---\nb: 2\n")).toEqual({
    ok: true,
    value: [{ a: 1 }, { b: 2 }],
  });
});

test.each([
  ["a: [b", 1, 6],
  ["a:\n\tb: 1", 2, 1],
  ["a: *b", 1, 5],
])("%j is refused with its place", (text, line, column) => {
  expect(readYaml(text)).toMatchObject({ ok: false, line, column });
});

test.each([
  ["100 000 levels", `a: ${"[".repeat(100_000)}`],
  [
    "a bomb of aliases",
    `a: &a [x]\n${Array.from("bcdefghij")
      .map((key, i) => `${key}: &${key} [${`*${"abcdefghij"[i] ?? ""},`.repeat(9)}]`)
      .join("\n")}`,
  ],
])("%s ends as a refusal", (_, text) => {
  expect(readYaml(text)).toMatchObject({ ok: false });
});
