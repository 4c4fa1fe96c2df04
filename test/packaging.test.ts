/** ux-10-package-name-and-pack: the package's name, what travels in it, and the files by which others hand it on. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { allowedForTools, allowedLicences, type BundledPackage, isAllowed, packagesOf } from "../scripts/bundled.ts";
import { billOf, noticesText, writeNotices } from "../scripts/notices.ts";
import { commands } from "../src/cli/commands.ts";
import { guideText } from "../src/cli/guides.ts";

const root = resolve(import.meta.dirname, "..");
const text = (path: string): string => readFileSync(join(root, path), "utf8");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dovetail-packaging-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = z
  .object({
    name: z.literal("kubectl-dovetail"),
    version: z.string(),
    license: z.literal("Apache-2.0"),
    homepage: z.url(),
    repository: z.object({ type: z.literal("git"), url: z.string().regex(/^git\+https:/) }),
    bugs: z.object({ url: z.url() }),
    bin: z.object({ dovetail: z.string(), "kubectl-dovetail": z.string() }),
    files: z.array(z.string()),
    scripts: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(text("package.json")));

test("the package builds itself when it is packed, and depends on nothing", () => {
  expect(manifest.scripts["prepack"]).toBe("node scripts/prepack.mjs");
  expect(manifest.files).toEqual(expect.arrayContaining(["bin", "dist", "LICENSE", "README.md"]));
  expect(JSON.parse(text("package.json"))).not.toHaveProperty("dependencies");
  expect(text("package-lock.json")).not.toContain('"resolved"');
});

test("README says how to install before it says `dovetail`, and runs nobody else's package", () => {
  const blocks = Array.from(text("README.md").matchAll(/^```\n([\s\S]*?)^```/gm), (block) => block[1] ?? "");
  const lines = blocks
    .flatMap((block) => block.split("\n"))
    .filter((line) => /^(dovetail|npx|npm|git|kubectl)\b/.test(line));
  const first = lines.findIndex((line) => line.startsWith("dovetail "));
  const install = lines.findIndex((line) => line.startsWith("npm install -g kubectl-dovetail"));
  expect(install).toBeGreaterThanOrEqual(0);
  expect(install).toBeLessThan(first);
  const names = commands.map((one) => one.name);
  for (const line of lines.filter((one) => one.startsWith("dovetail "))) expect(names).toContain(line.split(/\s+/)[1]);
  for (const line of lines.filter((one) => one.startsWith("npm run ")))
    expect(manifest.scripts).toHaveProperty(line.split(/\s+/)[2] ?? "");
  expect(text("README.md")).not.toMatch(/npx dovetail|REPOSITORY/);
});

describe("licences", () => {
  test("of everything installed are on a list", () => {
    const lock = z
      .object({ packages: z.record(z.string(), z.object({ license: z.string().optional() })) })
      .parse(JSON.parse(text("package-lock.json")));
    const refused = Object.entries(lock.packages).filter(
      ([, { license }]) => !isAllowed(license ?? "", allowedForTools),
    );
    expect(refused).toEqual([]);
  });

  test.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0-only)", true],
    ["GPL-3.0-only OR MIT", true],
    ["MIT AND GPL-3.0-only", false],
    ["(MIT AND Apache-2.0)", true],
    ["GPL-3.0-only", false],
    ["SEE LICENSE IN x", false],
    ["", false],
  ])("%s is allowed: %s", (expression, allowed) => {
    expect(isAllowed(expression, allowedLicences)).toBe(allowed);
  });

  const bad: BundledPackage = { name: "x", version: "1.0.0", license: "GPL-3.0-only", homepage: undefined, texts: [] };

  test("outside the list stop a build, and those inside travel with it", () => {
    expect(() => writeNotices([bad], { name: "n", version: "1.0.0", folder })).toThrow("x 1.0.0 (GPL-3.0-only)");
    const packages = packagesOf(["node_modules/commander/index.js", "node_modules/zod/index.js", "src/cli/main.ts"]);
    expect(packages.map((one) => one.name)).toEqual(["commander", "zod"]);
    const notices = noticesText(packages);
    expect(notices).toContain("commander 14.0.3 (MIT)");
    expect(notices).toContain("TJ Holowaychuk");
  });

  test("the bill of materials is CycloneDX and the same each time", () => {
    const packages = packagesOf([
      "node_modules/commander/index.js",
      "node_modules/@kubernetes/client-node/dist/index.js",
    ]);
    const bill = billOf(packages, { name: "n", version: "1.0.0", folder });
    expect(billOf(packages, { name: "n", version: "1.0.0", folder })).toBe(bill);
    expect(JSON.parse(bill)).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { name: "n", purl: "pkg:npm/n@1.0.0" } },
      components: [
        { group: "@kubernetes", name: "client-node", purl: "pkg:npm/%40kubernetes/client-node@1.4.0" },
        { name: "commander", licenses: [{ license: { id: "MIT" } }] },
      ],
      dependencies: expect.arrayContaining([
        { ref: "pkg:npm/n@1.0.0", dependsOn: ["pkg:npm/%40kubernetes/client-node@1.4.0", "pkg:npm/commander@14.0.3"] },
      ]),
    });
  });
});

test("guides travel in the package: one by name, or their list", () => {
  expect(guideText(undefined)).toMatch(/^ {2}assess +Assess: is this cluster ready\?$/m);
  expect(guideText("setup")).toMatch(/^# Set up/);
  expect(() => guideText("../../package")).toThrow("there is no guide ../../package");
});

test("the krew manifest is one that krew would take", () => {
  const krew = z
    .strictObject({
      apiVersion: z.literal("krew.googlecontainertools.github.com/v1alpha2"),
      kind: z.literal("Plugin"),
      metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/) }),
      spec: z.strictObject({
        version: z.string().regex(/^v\d+\.\d+\.\d+/),
        homepage: z.url(),
        shortDescription: z.string().max(65),
        description: z.string(),
        caveats: z.string(),
        platforms: z.array(
          z.strictObject({
            selector: z.object({ matchExpressions: z.array(z.object({ key: z.enum(["os", "arch"]) })) }),
            uri: z.url(),
            sha256: z.string().regex(/^[0-9a-f]{64}$/),
            files: z.array(z.strictObject({ from: z.string(), to: z.string() })),
            bin: z.string(),
          }),
        ),
      }),
    })
    .parse(
      parse(
        text("packaging/krew/dovetail.yaml")
          .replaceAll("{{VERSION}}", manifest.version)
          .replaceAll("{{SHA256}}", "0".repeat(64)),
      ),
    );
  expect(`./${krew.spec.platforms[0]?.bin}`).toBe(`./${manifest.bin["kubectl-dovetail"]}`);
});

describe("the action", () => {
  const action = z
    .strictObject({
      name: z.string(),
      description: z.string(),
      author: z.string(),
      branding: z.strictObject({ icon: z.string(), color: z.string() }),
      inputs: z.record(z.string(), z.strictObject({ description: z.string(), default: z.string() })),
      outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
      runs: z.strictObject({
        using: z.literal("composite"),
        steps: z.array(
          z.strictObject({
            id: z.string(),
            shell: z.literal("bash"),
            env: z.record(z.string(), z.string()),
            run: z.string(),
          }),
        ),
      }),
    })
    .parse(parse(text("packaging/action/action.yml")));

  test("hands its inputs over as variables and never as words of a script", () => {
    const [step] = action.runs.steps;
    expect(step?.run).not.toContain("${{");
    const named = Object.values(step?.env ?? {}).map((value) => /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1]);
    expect(new Set(named)).toEqual(new Set(Object.keys(action.inputs)));
  });

  function run(
    env: Readonly<Record<string, string>>,
    exit = 0,
  ): { readonly status: number | null; readonly words: unknown } {
    const bin = join(folder, "stub.cjs");
    const log = join(folder, "words");
    writeFileSync(
      bin,
      `require("fs").writeFileSync(${JSON.stringify(log)},JSON.stringify(process.argv.slice(2)));console.log("{}");process.exit(${exit})`,
    );
    const files = {
      GITHUB_OUTPUT: join(folder, "output"),
      GITHUB_STEP_SUMMARY: join(folder, "summary"),
      RUNNER_TEMP: folder,
    };
    writeFileSync(files.GITHUB_OUTPUT, "");
    writeFileSync(files.GITHUB_STEP_SUMMARY, "");
    const ended = spawnSync("bash", [join(root, "packaging/action/assess.sh")], {
      env: { PATH: process.env["PATH"] ?? "", DOVETAIL_BIN: bin, ...files, ...env },
    });
    return { status: ended.status, words: JSON.parse(readFileSync(log, "utf8")) };
  }

  test("passes each input as one word, whatever it holds, and ends as assess ends", () => {
    const hostile = 'a b; $(touch x) "`id`" \' --json';
    const ended = run({ DOVETAIL_FROM: hostile, DOVETAIL_FAIL_ON: "warning", DOVETAIL_ARGS: "--region\neu-west-1\n" });
    expect(ended).toEqual({
      status: 0,
      words: ["assess", "--fail-on", "warning", "--from", hostile, "--region", "eu-west-1"],
    });
    expect(readFileSync(join(folder, "output"), "utf8")).toBe(`json=${join(folder, "dovetail-assess.json")}\n`);
    expect(readFileSync(join(folder, "summary"), "utf8")).toContain("### Dovetail");
    expect(run({}, 1).status).toBe(1);
    expect(run({ DOVETAIL_CONTEXT: "c" }, 3)).toEqual({
      status: 3,
      words: ["assess", "--fail-on", "error", "--context", "c", "--json"],
    });
  });
});

test("the container runs as nobody, from pinned parts, and its helm is checked", () => {
  const lines = text("packaging/docker/Dockerfile").replaceAll("\\\n", " ").split("\n");
  const from = lines.filter((line) => line.startsWith("FROM "));
  expect(from).toHaveLength(2);
  for (const line of from) expect(line).toMatch(/^FROM node:\d+-[a-z-]+( AS build)?$/);
  expect(lines.some((line) => line.includes("sha256sum --check"))).toBe(true);
  expect(lines.findIndex((line) => line === "USER node")).toBeLessThan(
    lines.findIndex((line) => line.startsWith("ENTRYPOINT")),
  );
  const known = /^(#|$|FROM|ARG|WORKDIR|COPY|RUN|USER|ENTRYPOINT|CMD)/;
  expect(lines.filter((line) => !known.test(line))).toEqual([]);
});
