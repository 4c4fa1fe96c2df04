/**
 * The way of the guides of 2022 on the built-in cluster `classic`: Karpenter 0.16.3 with a Provisioner, there and back. Its screens are those
 * of docs/guide/classic.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { openSandbox } from "../src/adapters/sandbox/open.ts";
import { main } from "../src/cli/main.ts";
import { expectScreen } from "./support/screens.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-classic-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));
// Said once, in the environment: no suggested command repeats it.
beforeAll(() => void vi.stubEnv("DOVETAIL_STATE", folder));
afterAll(() => void vi.unstubAllEnvs());
afterEach(() => {
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
});

async function run(words: string, exit = 0): Promise<{ readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((stdout += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((stderr += String(text))));
  const code = await main([...words.split(" "), "--sandbox", "classic"]);
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
  expect({ words, code, stderr: code === exit ? "" : stderr }).toEqual({ words, code: exit, stderr: "" });
  const clean = (text: string): string => text.replaceAll(folder, ".dovetail");
  return { stdout: clean(stdout), stderr: clean(stderr) };
}

async function shown(words: string, screen: string): Promise<void> {
  expectScreen(screen, `$ dovetail ${words} --sandbox classic\n${(await run(words)).stdout}`);
}

/** Everything of the account but what only counts up, and what of Karpenter the cluster holds. */
async function standing(): Promise<string> {
  const { sandbox, world } = await openSandbox({ name: "classic", stateFolder: folder });
  const tables = sandbox.save().aws.tables;
  const kept = ["iam.roles", "iam.policies", "iam.instanceProfiles", "ec2.subnets", "ec2.securityGroups"] as const;
  const awsAuth = await world.cluster.get({ resource: "configmaps", namespace: "kube-system", name: "aws-auth" });
  const crds = (await world.cluster.list("customresourcedefinitions")).map((crd) => crd.metadata.name);
  return JSON.stringify({ account: kept.map((name) => [name, withoutFree(tables[name])]), crds, auth: awsAuth?.data });
}

function withoutFree(table: unknown): unknown {
  return JSON.parse(
    JSON.stringify(table ?? {}, (key, value: unknown) => (key === "AvailableIpAddressCount" ? 0 : value)),
  );
}

test("0.16.3 is set up, installed with its default pool and taken away again, and nothing is left of it", async () => {
  const before = await standing();
  await shown("setup --karpenter-version 0.16.3 --yes", "classic-setup");
  await shown("install --karpenter-version 0.16.3 --default-pool --print", "classic-install-print");
  await shown("install --karpenter-version 0.16.3 --default-pool --yes --all", "classic-install");
  expect((await run("install --canary --yes", 2)).stderr).toContain("0.16.3 does not");
  expect((await run("migrate --plan", 2)).stderr).toContain("Karpenter 0.16.3 serves v1alpha5");
  await shown("uninstall --yes", "classic-uninstall");
  await shown("setup --undo --yes", "classic-setup-undo");
  expect(await standing()).toBe(before);
}, 300_000);
