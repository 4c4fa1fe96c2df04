import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HelmCharts } from "./charts.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-helm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A helm that writes down what it was asked and answers as told. */
function helm(answers: { readonly version?: string; readonly list?: string; readonly fails?: string }): HelmCharts {
  const path = join(folder, "helm");
  const version = answers.version ?? "v3.18.6";
  const lines = [
    "#!/bin/sh",
    `case "$1" in`,
    `version) printf '%s' '${version}';;`,
    `list) cat <<'END'\n${answers.list ?? "[]"}\nEND`,
    `;;`,
    `*) printf '%s\\n' "$@" > ${join(folder, "args")}; cat > ${join(folder, "stdin")}`,
    answers.fails === undefined ? "" : `printf '%s\\n' '${answers.fails}' >&2; exit 1`,
    `;; esac`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  return new HelmCharts({ binary: path, kubeconfig: "/k", context: "c c" });
}

const request = {
  release: "karpenter",
  namespace: "kube-system",
  chart: "oci://public.ecr.aws/karpenter/karpenter",
  version: "1.14.1",
  values: { settings: { clusterName: "a'b$(x)" } },
  timeoutMs: 300_000,
};
const listed = JSON.stringify([
  {
    name: "karpenter",
    namespace: "kube-system",
    revision: "2",
    updated: "now",
    status: "deployed",
    chart: "karpenter-1.14.1",
    app_version: "1.14.1",
  },
]);

describe("helm", () => {
  test("installs with arguments and values on standard input, never through a shell", async () => {
    const charts = helm({ list: listed });
    expect(await charts.install(request)).toMatchObject({
      name: "karpenter",
      revision: 2,
      status: "deployed",
      appVersion: "1.14.1",
    });
    const args = readFileSync(join(folder, "args"), "utf8").trim().split("\n");
    expect(args).toEqual([...charts.commandLine(request).slice(1), "--kubeconfig", "/k", "--kube-context", "c c"]);
    expect(readFileSync(join(folder, "stdin"), "utf8")).toBe("settings:\n  clusterName: a'b$(x)\n");
  });

  test("is not there", async () => {
    const charts = new HelmCharts({ binary: join(folder, "nowhere") });
    await expect(charts.version()).rejects.toMatchObject({ code: "helm.missing" });
  });

  test.each(["v2.17.0", "v3.7.2", "nonsense"])("is too old at %s", async (version) => {
    await expect(helm({ version }).releases()).rejects.toMatchObject({ code: "helm.tooOld" });
  });

  test.each(["v3.8.0", "v3.20", "v4.0.1"])("is new enough at %s", async (version) => {
    expect(await helm({ version }).releases()).toEqual([]);
  });

  test.each([
    ["Error: failed to do request: Head https://x: dial tcp: lookup public.ecr.aws: no such host", "helm.pull"],
    ['Error: path "./nowhere" not found', "helm.pull"],
    [
      "Error: UPGRADE FAILED: Unable to continue with install: CustomResourceDefinition exists and cannot be imported into the current release: invalid ownership metadata",
      "helm.conflict",
    ],
    ["Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress", "helm.busy"],
    ["Error: Kubernetes cluster unreachable: Get https://x: connection refused", "kube.Unreachable"],
    ["Error: something else", "helm.failed"],
  ])("fails with %s", async (fails, code) => {
    await expect(helm({ fails }).install(request)).rejects.toMatchObject({ code, hint: expect.any(String) as string });
  });

  test("uninstalls only what is there", async () => {
    writeFileSync(join(folder, "args"), "");
    await helm({}).uninstall("karpenter", "kube-system");
    expect(readFileSync(join(folder, "args"), "utf8")).toBe("");
    await helm({ list: listed }).uninstall("karpenter", "kube-system");
    expect(readFileSync(join(folder, "args"), "utf8")).toContain("uninstall\nkarpenter");
  });
});
