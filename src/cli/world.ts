import { seedOf } from "./commands/values.ts";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { usage } from "../fault/fault.ts";
import type { Host } from "../ports/host.ts";
import type { SnapshotReader } from "../ports/source.ts";
import type { World } from "../ports/world.ts";
import type { SourceOptions, WorldOptions } from "./command.ts";
import { atOnce } from "./host.ts";

type Options = SourceOptions & WorldOptions;

/** A world with what must happen when the command ends. */
export interface OpenWorld {
  readonly world: World;
  close(): Promise<void>;
}

const defaultState = ".dovetail";

/**
 * Joins the adapters that the source options name. Each set loads only here. Throws `usage.from-is-read-only` for a recording, which
 * has nothing to change.
 */
export async function openWorld(options: Options, host: Host): Promise<OpenWorld> {
  checkSources(options);
  if (options.from !== undefined) {
    throw usage(
      "from-is-read-only",
      `${options.from} is a recording and cannot be changed`,
      "name a live cluster with --context, or a --sandbox",
    );
  }
  return options.sandbox === undefined ? openLive(options, host) : openSandboxWorld(options, options.sandbox, host);
}

/** The loader that the source options name. */
export async function openReader(options: Options): Promise<SnapshotReader> {
  checkSources(options);
  if (options.from !== undefined) {
    const { diskReader } = await import("../adapters/disk/source.ts");
    const cluster = options.cluster === undefined ? {} : { clusterName: options.cluster };
    const reader = diskReader({
      path: options.from,
      stdin: process.stdin,
      nowMs: Date.now(),
      ...cluster,
      ...(options.podTemplates === undefined ? {} : { podTemplates: options.podTemplates }),
    });
    return { name: reader.name, read: (host) => atOnce(host, () => reader.read(host)) };
  }
  const [{ readSnapshot }, { redactedSnapshot }] = await Promise.all([
    import("../app/read/read.ts"),
    import("../snapshot/redacted.ts"),
  ]);
  if (options.sandbox !== undefined) {
    const name = options.sandbox;
    return {
      name: `sandbox ${name}`,
      read: async (host) => {
        // Reading leaves nothing behind: the kept state is looked at and not written.
        const { openSandbox } = await import("../adapters/sandbox/open.ts");
        const seed = options.seed === undefined ? {} : { seed: seedOf(options.seed) };
        const { world } = await openSandbox({ name, stateFolder: options.state ?? defaultState, ...seed });
        const clusterName = options.cluster === undefined ? {} : { clusterName: options.cluster };
        return redactedSnapshot(
          await readSnapshot({ ...world, host }, { source: { kind: "sandbox", name }, ...clusterName }),
        );
      },
    };
  }
  const { chosen, cloud, outside } = await liveParts(options);
  return {
    name: `context ${chosen.context}`,
    read: async (host) => {
      const [{ KubernetesCluster }, { SystemClock }] = await Promise.all([
        import("../adapters/kubernetes/cluster.ts"),
        import("../adapters/disk/clock.ts"),
      ]);
      const clusterName = options.cluster ?? chosen.eks.name;
      const cluster = new KubernetesCluster(chosen, outside);
      try {
        const snapshot = await readSnapshot(
          { cluster, cloud, clock: new SystemClock(), host },
          {
            source: { kind: "live", name: chosen.context, server: chosen.server },
            ...(clusterName === undefined ? {} : { clusterName }),
          },
        );
        return redactedSnapshot(snapshot);
      } finally {
        cluster.close();
      }
    },
  };
}

function checkSources(options: Options): void {
  const live = (["context", "kubeconfig"] as const).filter((name) => options[name] !== undefined);
  const named = [
    ...(options.from === undefined ? [] : ["from"]),
    ...(options.sandbox === undefined ? [] : ["sandbox"]),
  ];
  const first = [...named, ...live];
  if (named.length > 0 && first.length > 1) {
    throw usage("several-sources", `--${first[0]} and --${first[1]} name two clusters`, "pass one of them");
  }
  if (options.seed !== undefined && options.sandbox === undefined) {
    throw usage("seed-without-sandbox", `--seed ${options.seed} has no sandbox to seed`, "add --sandbox clean");
  }
}

async function openSandboxWorld(options: Options, name: string, host: Host): Promise<OpenWorld> {
  const [{ openSandbox }, { DiskJournal }, { DiskFiles }] = await Promise.all([
    import("../adapters/sandbox/open.ts"),
    import("../adapters/disk/journal.ts"),
    import("../adapters/disk/files.ts"),
  ]);
  const state = options.state ?? defaultState;
  const opened = await openSandbox({
    name,
    stateFolder: state,
    host,
    journal: new DiskJournal(join(state, `sandbox-${name}.journal.jsonl`)),
    files: new DiskFiles(),
    ...(options.seed === undefined ? {} : { seed: seedOf(options.seed) }),
  });
  const saveNow = (): void => opened.saveNow();
  process.once("exit", saveNow);
  const close = async (): Promise<void> => {
    process.off("exit", saveNow);
    await opened.save();
  };
  return { world: opened.world, close };
}

async function openLive(options: Options, host: Host): Promise<OpenWorld> {
  const { chosen, cloud, outside } = await liveParts(options);
  const [kubernetes, journals, mirrored, disk, files, helm, clock, prices] = await Promise.all([
    import("../adapters/kubernetes/cluster.ts"),
    import("../adapters/kubernetes/journal.ts"),
    import("../adapters/kubernetes/journal-mirrored.ts"),
    import("../adapters/disk/journal.ts"),
    import("../adapters/disk/files.ts"),
    import("../adapters/helm/charts.ts"),
    import("../adapters/disk/clock.ts"),
    import("../adapters/aws/open-prices.ts"),
  ]);
  const cluster = new kubernetes.KubernetesCluster(chosen, outside);
  const time = new clock.SystemClock();
  const path = join(options.state ?? defaultState, `${fileName(chosen.context, chosen.server)}.journal.jsonl`);
  await outside.logBeside(path);
  const account = await cloud();
  const world: World = {
    cluster,
    cloud: account,
    charts: new helm.HelmCharts({
      context: chosen.context,
      env: process.env,
      ...(chosen.user.impersonated.user === undefined ? {} : { as: chosen.user.impersonated }),
      ...(outside.onCall === undefined ? {} : { onCall: outside.onCall }),
      ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
      ...(options.helm === undefined ? {} : { binary: options.helm }),
    }),
    prices: prices.awsPrices(account, host),
    clock: time,
    host,
    files: new files.DiskFiles(),
    journal: new mirrored.MirroredJournal(new disk.DiskJournal(path), new journals.ClusterJournal(cluster, time)),
  };
  return { world, close: () => Promise.resolve() };
}

async function liveParts(options: Options) {
  // The SDK's own notice on older Node helps no user of ours.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const [{ chooseKubeconfig }, { openCloud }, { makeOutside }] = await Promise.all([
    import("../adapters/kubernetes/kubeconfig/choose.ts"),
    import("../adapters/aws/cloud.ts"),
    import("./outside.ts"),
  ]);
  const chosen = chooseKubeconfig(
    {
      ...(options.context === undefined ? {} : { context: options.context }),
      ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
      as: {
        ...(options.as === undefined ? {} : { user: options.as }),
        ...(options.asUid === undefined ? {} : { uid: options.asUid }),
        ...(options.asGroup === undefined ? {} : { groups: options.asGroup }),
      },
    },
    process.env,
  );
  const outside = await makeOutside(options);
  // The cluster's own region wins over the environment's: an account read elsewhere would look empty.
  const region = options.region ?? chosen.eks.region ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
  const profile = options.profile ?? process.env["AWS_PROFILE"] ?? chosen.eks.profile;
  const cloud = () =>
    openCloud({
      ...outside,
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined ? {} : { profile }),
    });
  return { chosen, cloud, outside };
}

/** A file name that a person recognises and that no two clusters share. */
function fileName(context: string, server: string): string {
  const readable = context.replace(/^arn:aws[\w-]*:eks:[^:]+:\d+:cluster\//, "").replace(/[^\w.-]+/g, "-");
  return `${readable.slice(0, 60)}-${createHash("sha256").update(`${context} ${server}`).digest("hex").slice(0, 8)}`;
}
