/** The assessment of a live cluster: everything could be looked at, planted traps are found, and the API server takes every patch. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { cronJob, deployment, pdb, pod, statefulSet } from "../support/builders.ts";
import { dovetail } from "./support/cli.ts";
import { whyNot } from "./support/parts.ts";
import { startShop } from "./support/shop.ts";
import type { RealWorld } from "./support/world.ts";

const reason = whyNot();

interface AssessDocument {
  readonly findings: readonly { readonly code: string; readonly subject: string; readonly message: string }[];
  readonly notChecked: readonly {
    readonly codes: readonly string[];
    readonly isPartial: boolean;
    readonly missing: unknown;
  }[];
}

describe.skipIf(reason !== undefined)("assessment of a live cluster", () => {
  let world: RealWorld;
  let found: AssessDocument;
  beforeAll(async () => {
    world = await startShop();
    world.kubectlInput(traps(), "apply", "--server-side", "-f", "-");
    const end = await dovetail(world, ["assess", "--json"]);
    expect(end.exit, end.stderr).toBe(1);
    found = JSON.parse(end.stdout) as AssessDocument;
  });
  afterAll(() => world?.stop());

  test("leaves nothing unchecked but the quotas, of which the emulator knows none", () => {
    const whole = found.notChecked.filter((one) => !one.isPartial);
    expect(whole.flatMap((one) => one.codes)).toEqual(["DV3008"]);
  });

  test.each([
    ["DV1001", "PodDisruptionBudget/traps/ledger"],
    ["DV1002", "Deployment/traps/web"],
    ["DV1007", "StatefulSet/traps/ledger"],
    ["DV1008", "Pod/traps/debug"],
    ["DV1011", "Deployment/traps/web"],
    ["DV1025", "CronJob/traps/nightly"],
  ])("finds %s on %s", (code, subject) => {
    expect(found.findings.filter((one) => one.code === code).map((one) => one.subject)).toContain(subject);
  });

  test("writes patches that the API server takes", async () => {
    const folder = join(world.folder, "patches");
    const end = await dovetail(world, ["assess", "--write-patches", folder, "--fail-on", "never"]);
    expect(end, end.stderr).toMatchObject({ exit: 0 });
    const commands = readFileSync(join(folder, "apply.sh"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("kubectl "))
      .map((line) =>
        line
          .replace(/ +#.*$/, "")
          .split(" ")
          .slice(1),
      );
    expect(commands.length).toBeGreaterThanOrEqual(4);
    for (const args of commands) {
      const all = ["--kubeconfig", world.kubeconfig, ...args, "--dry-run=server"];
      const answer = spawnSync("kubectl", all, { cwd: folder, encoding: "utf8" });
      expect(answer.status, `${args.join(" ")}: ${answer.stderr}`).toBe(0);
    }
  });
});

function traps(): string {
  const namespace = "traps";
  const objects: readonly { readonly metadata: object }[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } } as never,
    deployment({
      namespace,
      name: "web",
      replicas: 2,
      spec: { nodeSelector: { "eks.amazonaws.com/nodegroup": "web" } },
    }),
    statefulSet({
      namespace,
      name: "ledger",
      replicas: 2,
      templateAnnotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
    }),
    cronJob({ namespace, name: "nightly" }),
    pod({ namespace, name: "debug" }),
    pdb({ namespace, name: "ledger", matchLabels: { app: "ledger" }, minAvailable: 2 }),
    pdb({ namespace, name: "web", matchLabels: { app: "web" }, maxUnavailable: 1 }),
    pdb({ namespace, name: "web-too", matchLabels: { app: "web" }, maxUnavailable: 1 }),
  ];
  return objects.map((one) => stringify(served(one))).join("---\n");
}

/** As a person would write it: what the API server fills in is left out. */
function served(object: { readonly metadata: object }): object {
  const { uid: _, creationTimestamp: __, ...metadata } = object.metadata as Record<string, unknown>;
  const { status: ___, ...rest } = object as unknown as Record<string, unknown>;
  return { ...rest, metadata };
}
