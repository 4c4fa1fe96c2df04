/** What no dump is, but a file may be: too long, too deep, packed without end, or made to keep a reader busy. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Fault } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import { withoutSecrets } from "../../snapshot/secret-text.ts";
import type { RedactedSnapshot } from "../../snapshot/snapshot.ts";
import { diskReader } from "./source.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dovetail-bounds-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host: Host = {
  tell: () => undefined,
  confirm: () => Promise.resolve(true),
  interrupted: new AbortController().signal,
};

function read(content: string | Uint8Array, name = "x.yaml"): Promise<RedactedSnapshot> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return diskReader({ path, stdin: Readable.from([]), nowMs: 0 }).read(host);
}

const mib = 2 ** 20;
const pod = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c"}]}';
const head = '{"schema":"dovetail.snapshot/1","readAt":"x","source":{"kind":"live","name":"x"},"gaps":[],"objects":{';
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

test.each<readonly [string, () => string | Uint8Array, string]>([
  ["a line of YAML of 17 MiB", () => `a: ${"x".repeat(17 * mib)}`, "file.tooLarge"],
  ["a document of YAML of 17 MiB", () => "a: 1\n".repeat(17 * (mib / 5)), "file.tooLarge"],
  ["JSON in one line without end", () => `{"a":"${"x".repeat(65 * mib)}"}`, "file.tooLarge"],
  ["a recording in one line without end", () => `${head}"pods":[{"a":"${"x".repeat(65 * mib)}`, "file.tooLarge"],
  ["a packed file of blanks", () => gzipSync(Buffer.alloc(80 * mib, 0x20)), "file.tooLarge"],
  ["100 000 levels of JSON", () => `{"a":${deep(100_000)}}`, "file.tooDeep"],
  ["an annotation of 100 000 levels", () => `{"items":[${pod.slice(0, -1)},"x":${deep(100_000)}}]}`, "file.tooDeep"],
  [
    "a recording with an object of 100 000 levels",
    () => `${head}\n"pods":[\n${pod},"x":${deep(100_000)}}\n]\n}}\n`,
    "file.tooDeep",
  ],
  ["100 000 levels of YAML", () => `a: ${deep(100_000)}`, "file.syntax"],
  [
    "a bomb of aliases",
    () =>
      `a: &a [x]\n${Array.from("bcdefghijk")
        .map((k, i) => `${k}: &${k} [${`*${"abcdefghijk"[i] ?? ""},`.repeat(9)}]\n`)
        .join("")}`,
    "file.syntax",
  ],
])("%s is a fault", async (_, content, code) => {
  const outcome = await read(content()).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(Fault);
  expect((outcome as Fault).code).toBe(code);
});

test("a thousand million replicas are named, not made", async () => {
  const found = await read(
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1000000000, template: {spec: {containers: [{name: c}]}}}\n",
  );
  expect(found.objects.pods).toHaveLength(50_000);
  expect(found.gaps.map(({ detail }) => detail)).toContain(
    "Deployment default/web asks for 1 000 000 000 pods: 50 000 of them are counted",
  );
});

/** A piece of text that somebody repeats until a reader gives up. */
const pieces = fc.constantFrom(
  "#",
  "# x",
  " ",
  "\n",
  "\t",
  "- ",
  "items:\n",
  "---\n",
  "a: ",
  "'",
  '"',
  "\\",
  "{",
  "[",
  "}",
  "]",
  ",",
  ":",
  "&a ",
  "*a ",
  "|\n",
  ">\n",
  "{{",
  "}}",
  "${",
  "%{",
  "<<: ",
  "? ",
  "!x ",
  "0",
  "0.",
  "_",
  "e",
  "password ",
  "token=",
  "-u a:",
  "eyJ.",
  "-----BEGIN ",
  "://",
  "@",
  "arn:",
);

test("whatever is repeated, a reader ends in time that grows with the text", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 3 }), pieces, pieces, async (unit, before, after) => {
      const text = `${before}${unit.join("").repeat(3_000)}${after}`;
      const from = performance.now();
      await read(text).catch((error: unknown) => expect(error).toBeInstanceOf(Fault));
      withoutSecrets(text);
      // Well under a second for some 50 KB, with room for a busy machine: what tries again and again takes hours.
      expect(performance.now() - from, JSON.stringify([before, unit, after])).toBeLessThan(20_000);
    }),
    { numRuns: 40 },
  );
}, 120_000);
