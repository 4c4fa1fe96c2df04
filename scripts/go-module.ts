import { spawnSync } from "node:child_process";

/** The module of Karpenter's AWS provider. */
export const providerModule = "github.com/aws/karpenter-provider-aws";

/** Where Go keeps a module; it fetches one that is not there. Throws where it cannot be had. */
export function moduleFolder(path: string, version: string): string {
  const done = spawnSync("go", ["mod", "download", "-json", `${path}@${version}`], { encoding: "utf8" });
  const answer = JSON.parse(done.stdout === "" ? "{}" : done.stdout) as {
    readonly Dir?: string;
    readonly Error?: string;
  };
  if (answer.Dir !== undefined) return answer.Dir;
  throw new Error(`no module ${path}@${version}: ${answer.Error ?? done.error?.message ?? done.stderr}`);
}

/** The release that a script is asked about, or nothing with a word on how to ask. */
export function releaseArgument(text: string | undefined, usage: string): string | undefined {
  if (text !== undefined && /^v\d+\.\d+\.\d+$/.test(text)) return text;
  process.stderr.write(`usage: ${usage}\n`);
  process.exitCode = 2;
  return undefined;
}

/** `v1.15.2`: `1.15`. */
export function minorOf(release: string): string {
  return release.slice(1).split(".").slice(0, 2).join(".");
}
