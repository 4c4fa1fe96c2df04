/** What is written in another language comes back as it went in, asked of the programs that read it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { answerOf } from "../../../test/support/programs.ts";
import { shellWord } from "../../kube/text.ts";
import { writeYaml } from "../../yaml/write.ts";
import { hcl, hclComment } from "./hcl.ts";
import { shellComment, withInput } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-round-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = [
  "EOT",
  "  EOT",
  "\tEOT",
  "EOT_2",
  "END_OF_TEXT",
  "}})",
  "}",
  'resource "null_resource" "x" {',
  "",
  "  ",
  "\t",
];
const pieces = [
  ...lines,
  "${x}",
  "%{if}",
  "$${x}",
  "%%{x}",
  "$",
  "%",
  "{",
  "\\",
  '"',
  "'",
  "\\n",
  "#",
  "//",
  "/*",
  "<<-EOT",
];

/** Without halves of surrogate pairs, which no text of these programs holds. */
const wellFormed = (text: string): string => Buffer.from(text, "utf8").toString("utf8");

/** Texts that are near what breaks: marks, templates, quotes, indentation, control letters, other scripts. */
const texts = fc
  .array(
    fc.oneof(fc.constantFrom(...pieces), fc.constantFrom("\n", "\n", "\r\n", "\t", " "), fc.string({ maxLength: 4 })),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(""));

const directed = [
  "#!/bin/bash\nif true; then\n  cat <<-EOT\n\tx\n\tEOT\n  EOT\nfi\n",
  "  every line\n  is indented\n",
  "no newline\nat the end",
  "one line\n",
  "\n\n",
  "a\r\nb\r\n",
  "\b\f\v\u0000\u007f\u0085",
  "\u2028\u202e",
];

describe("Terraform", () => {
  test("reads every text as it was, at any depth of a file", () => {
    const samples = [...directed, ...fc.sample(texts, { numRuns: 400, seed: 7 })]
      // Terraform itself brings texts into Unicode's normal form C, and has no half of a surrogate pair.
      .map((text) => wellFormed(text).normalize("NFC"));
    const outputs = samples.map(
      (text, i) =>
        `${hclComment(text)}\noutput "o${i}" {\n  value = ${hcl({ a: [{ [text]: text }] }, undefined, "  ")}\n}\n`,
    );
    writeFileSync(join(folder, "main.tf"), outputs.join(""));
    const applied = answerOf("terraform", ["apply", "-auto-approve", "-input=false", "-no-color"], { cwd: folder });
    if (applied === undefined) return;
    expect(applied.status, applied.stderr.slice(0, 2000)).toBe(0);
    const answer = answerOf("terraform", ["output", "-json", "-no-color"], { cwd: folder })?.stdout ?? "{}";
    const read = JSON.parse(answer) as Readonly<Record<string, { readonly value: unknown }>>;
    samples.forEach((text, i) => expect(read[`o${i}`]?.value).toEqual({ a: [{ [text]: text }] }));
  }, 120_000);

  test("finds nothing to format", () => {
    const samples = fc.sample(fc.dictionary(fc.constantFrom("a", "for", "with-dash", "x.y", "null"), texts), {
      numRuns: 50,
      seed: 3,
    });
    const file = samples
      .map((value, i) => `output "o${i}" {\n  value = ${hcl(value, undefined, "  ")}\n}\n`)
      .join("\n");
    const answer = answerOf("terraform", ["fmt", "-check", "-diff", "-"], { input: file });
    if (answer !== undefined) expect(`${answer.stdout}${answer.stderr}`).toBe("");
  });
});

describe("a POSIX shell", () => {
  test("reads every word as it was, obeys no comment, and passes a text on untouched", () => {
    const samples = [...directed, ...fc.sample(texts, { numRuns: 200, seed: 11 })]
      // No word or file of a shell holds a zero byte, and none a half of a surrogate pair.
      .map((text) => wellFormed(text.replaceAll("\0", "")));
    const script = samples
      .map(
        (text) =>
          `${shellComment(`${text}\ntouch ${join(folder, "obeyed")}`)}\nprintf '%s\\0' ${shellWord(text)}\n${withInput("cat", `${text}\n`, "MANIFEST")}printf '\\0'\n`,
      )
      .join("");
    const answer = answerOf("sh", ["-s"], { input: script, cwd: folder });
    expect(answer?.stderr).toBe("");
    expect(answer?.stdout.split("\0").slice(0, -1)).toEqual(samples.flatMap((text) => [text, `${text}\n`]));
  });
});

describe("YAML readers", () => {
  const samples = [...directed, "yes", "no", "On", "1:30", "0o7", "010", "1_0", ".inf", "~", "=", "<<", "2026-01-02"]
    .concat(fc.sample(texts, { numRuns: 200, seed: 5 }))
    .map(wellFormed);
  const value = Object.fromEntries(
    samples.map((text, i) => [`k${i}`, { [text === "" ? "empty" : text]: text, list: [text] }]),
  );

  test("of version 1.1, in Python, read every text as text", () => {
    const program = "import sys, json, yaml; json.dump(yaml.safe_load(sys.stdin.buffer.read().decode()), sys.stdout)";
    const answer = answerOf("python3", ["-c", program], { input: writeYaml(value) });
    if (answer === undefined || answer.stderr.includes("No module named 'yaml'")) return;
    expect(answer.stderr).toBe("");
    expect(JSON.parse(answer.stdout)).toEqual(value);
  });

  test("in Go, behind kubectl, read every text as text", () => {
    const data = Object.fromEntries(samples.map((text, i) => [`k${i}`, text]));
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data };
    const args = ["annotate", "--local", "-o", "json", "-f", "-", "a=b"];
    const answer = answerOf("kubectl", args, { input: writeYaml(object) });
    if (answer === undefined) return;
    expect(answer.stderr).toBe("");
    expect((JSON.parse(answer.stdout) as typeof object).data).toEqual(data);
  });
});
