import fc from "fast-check";
import { expect, test } from "vitest";
import { readScript } from "./shell.ts";

const words = (text: string): readonly (readonly string[])[] => readScript(text).commands.map((one) => one.words);

test.each([
  ["blanks and comments", "a  b # c\n# d\ne#f", [["a", "b"], ["e#f"]]],
  ["quotes", `a 'b "c"' "d 'e' \\" \\$x" f\\ g`, [["a", 'b "c"', `d 'e' " $x`, "f g"]]],
  ["continued lines", 'a \\\n  b "c \\\n d"', [["a", "b", "c  d"]]],
  ["lists and pipes", "a && b || c; d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]],
  ["redirections", "a > b 2>&1 c <d >>e", [["a", "c"]]],
  ["process substitution", "exec > >(tee log | logger -t x) 2>&1", [["exec"], ["tee", "log"], ["logger", "-t", "x"]]],
  ["conditions", "if [[ a && b ]]; then c; elif d; then e; else f; fi", [["[["], ["c"], ["d"], ["e"], ["f"]]],
  ["loops", "for x in 1 2; do a $x; done\nwhile b; do c; done", [["a", "$x"], ["b"], ["c"]]],
  ["cases", "case $x in\n  y) a;;\nesac\nb", [["y"], ["a"], ["b"]]],
  ["here-documents", "cat <<EOF > f\n/etc/eks/bootstrap.sh x\nEOF\nb", [["cat"], ["b"]]],
  ["here-documents with tabs", "cat <<-'E F'\n\ta\n\tE F\nb", [["cat"], ["b"]]],
  ["arithmetic", "(( a << 2 ))\nb", [["[["], ["b"]]],
  ["variables", "A=1\nB=\"x $A ${A}\"\nc $B '$A'", [["A=1"], ["B=x 1 1"], ["c", "x 1 1", "$A"]]],
  ["variables of two values", "A=1\nA=2\nb $A", [["A=1"], ["A=2"], ["b", "$A"]]],
  ["variables under a condition", "if a; then B=1; fi\nc $B", [["a"], ["B=1"], ["c", "$B"]]],
  ["variables that grow", "A=1\nA+=' 2'\nb $A", [["A=1"], ["A+= 2"], ["b", "1 2"]]],
  ["lists in variables", "A=(1 2)\nb ${A[0]}", [["A[]="], ["b", "${A[0]}"]]],
  ["substitutions", "A=$(b \"$(c)\" ')')\nd `e`", [["A=$(b \"$(c)\" ')')"], ["d", "`e`"]]],
])("a script is read with its %s", (_, text, expected) => {
  expect(words(text)).toEqual(expected);
});

test("a command knows where it stands and what holds it", () => {
  const text = "#!/bin/bash -e\nfoo \\\n  bar\nif a; then b; fi\nset +e\nc && d";
  const { commands } = readScript(text);
  expect(commands.map((one) => [one.text, one.line, one.isNested, one.isJoined, one.isFatal])).toEqual([
    ["foo \\\n  bar", 2, false, false, true],
    ["a", 4, true, false, true],
    ["b", 4, true, true, true],
    ["set +e", 5, false, false, true],
    ["c", 6, false, false, false],
    ["d", 6, false, true, false],
  ]);
  for (const one of commands) expect(text.slice(one.start, one.end)).toBe(one.text);
});

test("any text is read, in time linear in its length", () => {
  const token = fc.constantFrom(
    "'",
    '"',
    "\\",
    "\n",
    "$(",
    "${",
    "`",
    "(",
    ")",
    "<<E",
    "[[",
    "((",
    "#",
    ";",
    "a",
    " ",
    "=",
    "if",
    "fi",
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
      const text = tokens.join("");
      for (const one of readScript(text).commands) expect(text.slice(one.start, one.end)).toBe(one.text);
    }),
  );
  for (const piece of ["'", '"$(', "((", "[[ ", "<<E\n", "`", "\\\n", "a=(", "${"]) {
    expect(readScript(piece.repeat(100_000)).commands.length).toBeLessThanOrEqual(100_001);
  }
});
