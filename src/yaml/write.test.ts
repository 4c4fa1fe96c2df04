import { CORE_SCHEMA, load, YAML11_SCHEMA } from "js-yaml";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readYaml } from "./read.ts";
import { needsQuotes, writeYaml } from "./write.ts";

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  "kubectl's": (text) => {
    const read = readYaml(text);
    return read.ok ? read.value : read;
  },
  "YAML 1.1": (text) => load(text, { schema: YAML11_SCHEMA }),
  "YAML 1.2": (text) => load(text, { schema: CORE_SCHEMA }),
  "the printer's own": (text) => parse(text, { version: "1.1" }) as unknown,
};
const odd = fc.oneof(
  fc.constantFrom(
    ..."y n Y N yes no on off true false null ~ = << YES oN 1_0 0o7 010 08 0x1F 0B1 1e3 +1 .5 5. -0 1:30 190:20:30.15".split(
      " ",
    ),
    ..."2026-01-02 2026-01-02T03:04:05Z .inf -.INF .NaN 0. 1.30 1.2.3 - ? : # & * ! | > % @ ` {} [] , -1 0b11 1,000".split(
      " ",
    ),
    "",
    " a",
    "a ",
    "a: b",
    "a #b",
    "a\nb",
    "\u0085",
    "\u2028",
    "\uFEFFa",
    "\t",
    "2026-01-02 03:04:05",
  ),
  fc.stringMatching(/^[-+.0-9_:eExobABFTZ ]{0,12}$/),
  fc.string({ unit: "binary", maxLength: 12 }),
);

test.each(Object.entries(readers))("what is written is read the same by %s reader", (_, read) => {
  fc.assert(
    fc.property(odd, odd, (key, text) => {
      expect(
        read(writeYaml({ list: [text], map: { [`k${key}`]: text }, nested: { [key]: [{ value: text }] } })),
      ).toEqual({
        list: [text],
        map: { [`k${key}`]: text },
        nested: { [key]: [{ value: text }] },
      });
    }),
    { numRuns: 400 },
  );
});

test("plain words stay plain", () => {
  for (const text of ["karpenter.sh/v1", "c5.large", "500m", "1Gi", "10Gi", "3h", "WhenEmpty", "i-0abc", "10.0.0.0/16"])
    expect(needsQuotes(text), text).toBe(false);
});
