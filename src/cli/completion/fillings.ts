import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { SourceOptions } from "../command.ts";
import type { Filling } from "../options.ts";
import { directives, named, type Offer } from "./candidate.ts";
import { sampleNames } from "./positional.ts";

/** A key is pressed and somebody waits: what takes longer offers nothing. */
const patienceMs = 4000;

/** What fills an option's value: files by the shell, names from where they are kept. Nothing, where they cannot be read. */
export async function filledWith(filling: Filling, before: readonly string[]): Promise<Offer> {
  if (filling === "file") return { candidates: [], directive: directives.files };
  if (filling === "folder") return { candidates: [], directive: directives.folders };
  const late = new Promise<readonly string[]>((resolve) => void setTimeout(() => resolve([]), patienceMs).unref());
  const names = await Promise.race([namesOf(filling, sourceIn(before)), late]).catch(() => []);
  return named(Array.from(new Set(names)).toSorted());
}

async function namesOf(
  filling: Exclude<Filling, "file" | "folder">,
  source: SourceOptions,
): Promise<readonly string[]> {
  switch (filling) {
    case "sandbox":
      return sampleNames();
    case "context":
      return contexts(source.kubeconfig);
    case "profile":
      return profiles();
    case "group":
      return groups(source);
  }
}

async function contexts(kubeconfig: string | undefined): Promise<readonly string[]> {
  const { loadKubeconfig } = await import("../../adapters/kubernetes/kubeconfig/load.ts");
  return loadKubeconfig(kubeconfig, process.env).config.contexts.map(({ name }) => name);
}

async function profiles(): Promise<readonly string[]> {
  const env = process.env;
  const files = [
    env["AWS_CONFIG_FILE"] ?? join(homedir(), ".aws", "config"),
    env["AWS_SHARED_CREDENTIALS_FILE"] ?? join(homedir(), ".aws", "credentials"),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return texts.flatMap((text) =>
    Array.from(text.matchAll(/^\[(?:profile )?([^\]\s]{1,256})\]/gm), ([, name = ""]) => name),
  );
}

/** Node groups of the cluster that the line names; of a live one those that its nodes are labelled with. */
async function groups(source: SourceOptions): Promise<readonly string[]> {
  if (source.from === undefined && source.sandbox === undefined) return labelledGroups(source);
  const [{ openReader }, { makeHost }, { discover }] = await Promise.all([
    import("../world.ts"),
    import("../host.ts"),
    import("../../app/read/discover.ts"),
  ]);
  const snapshot = await (await openReader(source)).read(makeHost({ quiet: true }));
  return discover(snapshot).nodeGroups.map(({ name }) => name);
}

async function labelledGroups({ context, kubeconfig }: SourceOptions): Promise<readonly string[]> {
  const [{ chooseKubeconfig }, { KubernetesCluster }] = await Promise.all([
    import("../../adapters/kubernetes/kubeconfig/choose.ts"),
    import("../../adapters/kubernetes/cluster.ts"),
  ]);
  const named = {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
  const cluster = new KubernetesCluster(chooseKubeconfig(named, process.env), { env: process.env });
  try {
    const nodes = await cluster.list("nodes");
    return nodes.flatMap((node) => node.metadata.labels?.["eks.amazonaws.com/nodegroup"] ?? []);
  } finally {
    cluster.close();
  }
}

/** The options of the line that name a cluster, or the variables of the environment that do. */
function sourceIn(before: readonly string[]): SourceOptions {
  const valueOf = (name: string): string | undefined => {
    const at = before.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    if (at < 0) return process.env[`DOVETAIL_${name.toUpperCase()}`];
    const word = before[at] ?? "";
    return word.includes("=") ? word.slice(word.indexOf("=") + 1) : before[at + 1];
  };
  const names = ["context", "kubeconfig", "from", "sandbox", "seed", "state"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = valueOf(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
