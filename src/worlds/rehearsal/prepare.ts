import { readFile } from "node:fs/promises";
import { DiskFiles } from "../../adapters/disk/files.ts";
import { loadCatalogue } from "../../adapters/disk/catalogue.ts";
import { openSandbox } from "../../adapters/sandbox/open.ts";
import { sandboxMarket } from "../../adapters/sandbox/prices.ts";
import { readManifests } from "../../app/install/manifests.ts";
import { translateSnapshot } from "../../app/translate/translate.ts";
import { instanceTypeFacts } from "../../app/translate/types.ts";
import { Fault, usage } from "../../fault/fault.ts";
import { regionOfSnapshot } from "../../forecast/region.ts";
import { familyAlias, type Alias } from "../../karpenter/aws/families.ts";
import { zoneOf } from "../../kube/node.ts";
import { objectsAt, textAt, valueAt } from "../../kube/json.ts";
import type { Json } from "../../kube/objects.ts";
import { type InstallManifest, installManifestOf } from "../../migration/install/options.ts";
import type { PriceBook } from "../../money/price-book.ts";
import { withSpot } from "../../money/spot-model.ts";
import type { Prices } from "../../ports/prices.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { twinFromSnapshot } from "../../twin/from-snapshot/from-snapshot.ts";
import { type Latencies, withLatencies } from "../../twin/latencies.ts";
import type { TwinState } from "../../twin/world/state.ts";
import type { RehearsalJob } from "./job.ts";

/** Where the cluster of a rehearsal comes from: a sandbox as it is kept, or what was read of a cluster, with its prices. */
export type JobSource =
  | { readonly sandbox: string; readonly stateFolder: string }
  | { readonly snapshot: Snapshot; readonly prices: Prices; readonly region?: string };

/** Files given beside the cluster. */
export interface JobFiles {
  readonly nodepools?: string;
  readonly latencies?: string;
}

/** What a job is made of besides its cluster. */
export type JobChoices = Pick<RehearsalJob, "seed" | "forMs" | "load" | "faults" | "by">;

/**
 * Reads everything that a rehearsal needs. Throws usage faults for manifests and latencies that cannot be used, and `usage.rehearse` for a
 * cluster whose account was not read: its node groups could not be played.
 */
export async function prepareJob(source: JobSource, files: JobFiles, choices: JobChoices): Promise<RehearsalJob> {
  const latencies = files.latencies === undefined ? undefined : await latenciesOf(files.latencies);
  const manifests =
    files.nodepools === undefined ? undefined : await readManifests({ files: new DiskFiles() }, files.nodepools);
  const given = {
    ...choices,
    ...(latencies === undefined ? {} : { latencies }),
    ...(manifests === undefined ? {} : { manifests }),
  };
  if ("sandbox" in source) {
    const { sandbox } = await openSandbox({ name: source.sandbox, stateFolder: source.stateFolder });
    return { ...given, state: sandbox.save(), prices: sandboxMarket().prices };
  }
  const { state, prices } = await fromSnapshot(source, manifests);
  return { ...given, state, prices };
}

async function fromSnapshot(
  { snapshot, prices, region }: Extract<JobSource, { readonly snapshot: Snapshot }>,
  manifests: readonly InstallManifest[] | undefined,
): Promise<{ readonly state: TwinState; readonly prices: PriceBook }> {
  const { account, clusterName } = snapshot;
  if (account?.autoScalingGroups === undefined)
    throw usage(
      "rehearse",
      `the AWS account of ${clusterName ?? snapshot.source.name} was not read`,
      "rehearse the live cluster, or a snapshot that `dovetail snapshot` made with AWS credentials",
      "without the node groups as AWS has them, nobody would know what Cluster Autoscaler may add or remove",
    );
  if (clusterName === undefined)
    throw usage("no-cluster", "nothing read says which EKS cluster this is", "pass --cluster");
  const catalogue = loadCatalogue();
  const made =
    manifests ??
    translateSnapshot(snapshot, { instanceTypes: instanceTypeFacts(catalogue) }).manifests.map((one) =>
      installManifestOf(one),
    );
  const book = await prices.read(regionOfSnapshot(snapshot, region));
  const zones = [...new Set((snapshot.objects.nodes ?? []).map((node) => zoneOf(node) ?? ""))].toSorted();
  return {
    state: twinFromSnapshot(snapshot, { clusterName, account, aliases: aliasesOf(made) }),
    prices: withSpot(book, zones),
  };
}

function aliasesOf(manifests: readonly InstallManifest[]): readonly Alias[] {
  const aliases = manifests.flatMap((one) => {
    const terms = one.kind === "EC2NodeClass" ? objectsAt(valueAt(one, "spec", "amiSelectorTerms")) : [];
    const alias = familyAlias({ amiSelectorTerms: terms.map((term) => ({ alias: textAt(term, "alias") ?? "" })) });
    return alias === undefined ? [] : [alias];
  });
  return [...new Map(aliases.map((alias) => [`${alias.family}@${alias.version}`, alias])).values()];
}

async function latenciesOf(path: string): Promise<Latencies> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new Fault("file.missing", `${path}: cannot be read`, { cause });
  }
  let given: Json;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw usage(
      "latencies",
      `${path}: ${cause instanceof Error ? cause.message : "no JSON"}`,
      "write an object of latencies by name",
    );
  }
  return withLatencies(given, path);
}
