/** Translated manifests and the real CRDs: what `translate` writes is taken by the API server, and what we refuse the API server refuses. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { brokenForControllerOnly, brokenManifests, nodeClass, nodePool } from "../support/manifests.ts";
import { dovetail } from "./support/cli.ts";
import { whyNot } from "./support/parts.ts";
import { startShop } from "./support/shop.ts";
import { eventually, type RealWorld } from "./support/world.ts";

const reason = whyNot();

describe.skipIf(reason !== undefined)("translation", () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startShop();
    await applyCrds(world, crdsOf(world, "v1.14.1") ?? []);
  });
  afterAll(() => world?.stop());

  async function translate(...args: readonly string[]): Promise<string> {
    const folder = join(world.folder, `manifests-${args.join("-").replace(/\W+/g, "")}`);
    const end = await dovetail(world, ["translate", "--out", folder, ...args]);
    expect(end, end.stderr).toMatchObject({ exit: 0 });
    return folder;
  }

  const dryRun = (text: string): { readonly ok: boolean; readonly text: string } => {
    const args = ["--kubeconfig", world.kubeconfig, "apply", "--server-side", "--dry-run=server", "-f", "-"];
    const answer = spawnSync("kubectl", args, { encoding: "utf8", input: text });
    return { ok: answer.status === 0, text: answer.stdout + answer.stderr };
  };

  test("of two managed groups and one self-managed group is taken by the API server", async () => {
    const folder = await translate();
    const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    expect(files.toSorted()).toEqual(
      expect.arrayContaining(["nodepool-batch.yaml", "nodepool-legacy.yaml", "nodepool-web.yaml"]),
    );
    for (const file of files) {
      const answer = dryRun(readFileSync(join(folder, file), "utf8"));
      expect(answer.ok, answer.text).toBe(true);
    }
  });

  test("knows every field that the emulator's EKS, Auto Scaling and EC2 describe", async () => {
    const end = await dovetail(world, ["translate", "--json"]);
    const { groups } = JSON.parse(end.stdout) as { groups: { fates: { field: string; why?: string }[] }[] };
    const unknown = groups.flatMap(({ fates }) =>
      fates.filter(({ why }) => why === "this field is not known to Dovetail"),
    );
    expect(unknown).toEqual([]);
    expect(groups).toHaveLength(3);
  });

  test("with explicit ids, without merging and with group labels is taken too", async () => {
    const folder = await translate("--selectors", "ids", "--no-merge", "--keep-group-label", "--node-role", "keep");
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
      const answer = dryRun(readFileSync(join(folder, file), "utf8"));
      expect(answer.ok, answer.text).toBe(true);
    }
  });

  test("what we call valid or broken the API server calls so too", () => {
    expect(dryRun(stringify(nodeClass())).ok).toBe(true);
    expect(dryRun(stringify(nodePool())).ok).toBe(true);
    const disagreements = brokenManifests.flatMap(([name, manifest]) => {
      const { ok, text } = dryRun(stringify(manifest));
      return ok === brokenForControllerOnly.has(name) ? [] : [`${name}: ${text}`];
    });
    expect(disagreements).toEqual([]);
  });

  test.each([
    ["v1beta1", "v0.37.7"],
    ["v1alpha5", "v0.16.3"],
  ])("for %s is taken under the CRDs of %s", async (target, release) => {
    const crds = crdsOf(world, release);
    if (crds === undefined) return;
    world.kubectl("delete", "crd", "--ignore-not-found", ...crdNames);
    await applyCrds(world, crds);
    const folder = await translate("--target", target, "--ami-alias", "al2@latest");
    const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const answer = dryRun(readFileSync(join(folder, file), "utf8"));
      expect(answer.ok, answer.text).toBe(true);
    }
  });
});

const crdNames = [
  "nodepools.karpenter.sh",
  "nodeclaims.karpenter.sh",
  "ec2nodeclasses.karpenter.k8s.aws",
  "provisioners.karpenter.sh",
  "awsnodetemplates.karpenter.k8s.aws",
];

/** The CRD files of a release as its Go module carries them; undefined, said loudly, where the module proxy does not have it. */
function crdsOf(world: RealWorld, release: string): readonly string[] | undefined {
  const wanted = /_(nodepools|nodeclaims|ec2nodeclasses|provisioners|awsnodetemplates)\.yaml$/;
  const folder = release === "v0.16.3" ? unpacked(world) : (moduleFolder(release) ?? sharedFolder(release));
  if (folder === undefined) {
    process.stderr.write(
      `\n*** SKIPPED: the CRDs of Karpenter ${release} are neither in the module proxy nor in DOVETAIL_SHARED ***\n\n`,
    );
    return undefined;
  }
  const files = readdirSync(folder).filter((name) => wanted.test(name));
  expect(files.length).toBeGreaterThanOrEqual(2);
  return files.map((name) => withoutWebhook(readFileSync(join(folder, name), "utf8")));
}

// The conversion webhook runs in Karpenter's own pod, which is not there.
function withoutWebhook(crd: string): string {
  return crd.replace(/\n {2}conversion:\n(?: {4}.*\n)+/, "\n");
}

function moduleFolder(release: string): string | undefined {
  const tool = "go";
  const answer = spawnSync(tool, ["mod", "download", "-json", `github.com/aws/karpenter-provider-aws@${release}`], {
    encoding: "utf8",
  });
  if (answer.status !== 0) return undefined;
  return join((JSON.parse(answer.stdout) as { Dir: string }).Dir, "pkg", "apis", "crds");
}

function sharedFolder(release: string): string | undefined {
  const shared = process.env["DOVETAIL_SHARED"] ?? resolve(import.meta.dirname, "../../../shared");
  const folder = join(shared, "data", "crds", release);
  return existsSync(folder) ? folder : undefined;
}

function unpacked(world: RealWorld): string {
  const folder = join(world.folder, "chart-0.16.3");
  mkdirSync(folder, { recursive: true });
  const answer = spawnSync("tar", ["xzf", join(world.parts.charts, "karpenter-0.16.3.tgz"), "-C", folder], {
    encoding: "utf8",
  });
  if (answer.status !== 0) throw new Error(answer.stderr);
  return join(folder, "karpenter", "crds");
}

async function applyCrds(world: RealWorld, texts: readonly string[]): Promise<void> {
  const file = join(world.folder, "crds.yaml");
  writeFileSync(file, texts.join("\n---\n"));
  world.kubectl("apply", "--server-side", "--force-conflicts", "-f", file);
  await eventually("established CRDs", 60_000, () =>
    world.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=1s"),
  );
}
