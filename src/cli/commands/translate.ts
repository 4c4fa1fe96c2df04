import { type Command, InvalidArgumentError, Option } from "commander";
import type { EksctlCluster } from "../../app/translate/eksctl.ts";
import { usage } from "../../fault/fault.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import { shellWord } from "../../kube/text.ts";
import { type GatedKind, gatedKinds, gatedObjects, type GatedObjects } from "../../translation/gated.ts";
import { plainMembers } from "../../report/json.ts";
import { dollars, percent } from "../money.ts";
import { chosenRelease, type DecidingCluster, decidingRelease } from "../../karpenter/chosen-release.ts";
import { defaultRelease, type Release } from "../../karpenter/releases.ts";
import type { Target, TranslateOptions } from "../../translation/input.ts";
import type { Translation } from "../../translation/types.ts";
import { emit, withReasons } from "../../report/emit/manifests/emit.ts";
import { type EmitFormat, emitFormats } from "../../report/emit/manifests/types.ts";
import { findingsText, totalsText } from "../../report/text/findings.ts";
import { translateSummary, translateText } from "../../report/text/translate.ts";
import { manifestNames, translateDocument, translationSheet } from "../../report/translate-json.ts";
import { commandOf, type Context, type ExitCode, type SourceOptions, type WorldOptions } from "../command.ts";
import { plainView, refuseSwitches, separator, writeEmitted, writtenText } from "../emitted.ts";
import { addSourceOptions, choice, collect, filled, path } from "../options.ts";
import { addOutputOptions, type OutputOptions, answerWith, type TextView } from "../output.ts";
import { sourceWords } from "../source-words.ts";

type Options = SourceOptions &
  WorldOptions &
  OutputOptions & {
    readonly karpenterVersion?: string;
    readonly target?: Target;
    readonly emit?: EmitFormat;
    readonly out?: string;
    readonly force?: boolean;
    readonly group?: readonly string[];
    readonly selectors: "auto" | "ids" | "tags";
    readonly nodeRole?: string;
    readonly amiAlias?: string;
    readonly merge: boolean;
    readonly keepGroupLabel?: boolean;
    readonly all?: boolean;
    readonly with?: readonly GatedKind[];
    readonly perNodeFee?: number;
    readonly savingsPlanDiscount?: number;
  };

/** `dovetail translate` */
export const command = commandOf<Options>({
  configure: (cli) => {
    addOwnOptions(cli);
    addSourceOptions(addOutputOptions(cli, ["csv", "markdown", "name"]));
    cli.addHelpText(
      "after",
      [
        "",
        "--output yaml prints the manifests alone, for kubectl; the account of them goes to standard error.",
        "--from also takes an eksctl cluster file (kind: ClusterConfig), whose node groups are then translated.",
      ].join("\n"),
    );
  },
  run,
});

function addOwnOptions(cli: Command): void {
  cli
    .addOption(
      choice("--target <version>", "API version of the manifests (default: the release's)", [
        "v1",
        "v1beta1",
        "v1alpha5",
      ]),
    )
    .option(
      "--karpenter-version <version>",
      `release the manifests are for (default: the one that runs in the cluster, else ${defaultRelease.version})`,
    )
    .addOption(choice("--emit <form>", "form of the manifests (default yaml)", emitFormats))
    .addOption(path("--out <folder>", "write the manifests there instead of printing them", "folder"))
    .option("--force", "overwrite files in --out that were changed by hand")
    .addOption(
      filled(new Option("--group <name>", "only this node group (repeat for more)").argParser(collect), "group"),
    )
    .addOption(
      choice("--selectors <how>", "how subnets and security groups are found", ["auto", "ids", "tags"]).default("auto"),
    )
    .option("--node-role <name>", "role of the nodes: a name, setup (default) or keep for the groups' own", roleName)
    .option("--ami-alias <alias>", "move Amazon Linux groups to this image, for example al2023@latest", amiAlias)
    .option("--no-merge", "one NodePool per node group")
    .addOption(
      new Option(
        "--with <kinds>",
        `also what only newer releases know, behind a gate or a setting: ${gatedKinds.join(", ")}; by comma`,
      ).argParser(gatedList),
    )
    .option("--per-node-fee <usd>", "USD per node and hour of agents, for --with node-overlays", dollars)
    .option("--savings-plan-discount <percent>", "a Savings Plan's rate below list, for --with node-overlays", percent)
    .option("--keep-group-label", "keep the label with the node group's name on the nodes")
    .option("--all", "every field and every finding");
}

function amiAlias(value: string): string {
  if (/^(al2|al2023|bottlerocket|windows(2019|2022|2025))@[a-z0-9.]+$/.test(value) && value.length <= 30) return value;
  throw new InvalidArgumentError("it is a family and a version, for example al2023@latest or bottlerocket@v1.20.4.");
}

function roleName(value: string): string {
  if (/^[\w+=,.@-]{1,64}$/.test(value)) return value;
  throw new InvalidArgumentError("it is the name of an IAM role, without its path or ARN.");
}

function gatedList(value: string): readonly GatedKind[] {
  const words = value.split(",").map((one) => one.trim());
  const known = words.flatMap((word) => gatedKinds.find((kind) => kind === word) ?? []);
  if (known.length === words.length) return [...new Set(known)];
  throw new InvalidArgumentError(`it is some of ${gatedKinds.join(", ")}, by comma.`);
}

async function run(context: Context, options: Options): Promise<ExitCode> {
  refuseSwitches(options);
  const source = await readSource(context, options);
  const gated = gatedFor(source, options);
  const translation = withGated(source.translation, gated);
  const karpenter = source.release === undefined ? {} : { karpenterVersion: source.release.version };
  const emitted = emit(withReasons(translation), options.emit ?? "yaml", { ...source, ...karpenter });
  const written =
    options.out === undefined ? undefined : await writeEmitted(options.out, emitted, options.force === true);
  const manifests = emitted.map((file) => file.text).join(separator(options.emit ?? "yaml"));
  const isAll = options.all === true;
  const title = titleOf(source);
  const seeAll = `dovetail translate ${sourceWords(options)} --all`.replace("  ", " ");
  const account = (view: TextView): string => {
    const { findings } = translation;
    const parts = [
      translateSummary(source.translation, { ...view, title, isAll }),
      findingsText(findings, { ...view, isAll, seeAll }),
      findings.length === 0 ? "" : totalsText(findings),
      translateText(translation, { ...view, title, isAll }),
    ];
    return parts.filter((part) => part !== "").join("\n\n");
  };
  if (options.output === "yaml")
    context.note(translateSummary(source.translation, { ...plainView(context), title, isAll }) + gatedText(gated));
  answerWith(context, options, {
    document: () => {
      const { clusterName, kubernetesVersion, region } = source;
      const files = written === undefined ? {} : { files: { ...written } };
      const needs =
        gated.length === 0
          ? {}
          : { gated: gated.map(({ kind, chartValues, notes }) => plainMembers({ kind, chartValues, notes })) };
      return translateDocument(translation, {
        clusterName,
        kubernetesVersion,
        region,
        ...karpenter,
        ...files,
        ...needs,
      });
    },
    text: (view) => `${account(view)}\n`,
    after: () => {
      const end = written === undefined ? manifests : writtenText(options.out ?? "", written);
      return `\n${end.trimEnd()}\n${gatedText(gated)}${next(options, written !== undefined)}`;
    },
    yaml: () => manifests,
    sheet: () => translationSheet(translation),
    names: () => manifestNames(translation.manifests),
  });
  return exitOf(translation);
}

/** What `--with` asks for. Throws `usage.gated` for a kind that the release does not know, or that nothing calls for. */
function gatedFor({ release, objects }: Source, options: Options): readonly GatedObjects[] {
  const { perNodeFee, savingsPlanDiscount } = options;
  const { behaviour } = release ?? defaultRelease;
  const input = {
    behaviour,
    objects,
    ...(perNodeFee === undefined ? {} : { perNodeFeeUsdPerHour: perNodeFee }),
    ...(savingsPlanDiscount === undefined ? {} : { savingsPlanDiscountPercent: savingsPlanDiscount }),
  };
  return (options.with ?? []).map((kind) => {
    const made = gatedObjects(kind, input);
    if ("manifests" in made) return made;
    throw usage("gated", `--with ${kind}: ${made.reason}`, made.fix);
  });
}

function withGated(translation: Translation, gated: readonly GatedObjects[]): Translation {
  return { ...translation, manifests: [...translation.manifests, ...gated.flatMap(({ manifests }) => manifests)] };
}

function gatedText(gated: readonly GatedObjects[]): string {
  return gated
    .map(({ kind, chartValues, notes }) => {
      const values = chartValues.map((value) => `  --set ${shellWord(value)}`);
      return ["", `${kind} needs of Karpenter's chart`, ...values, ...notes.map((note) => `  note: ${note}`), ""].join(
        "\n",
      );
    })
    .join("");
}

interface Source {
  readonly release: Release | undefined;
  readonly objects: ClusterObjects;
  readonly translation: Translation;
  readonly clusterName: string | undefined;
  readonly region: string | undefined;
  readonly kubernetesVersion: string | undefined;
}

async function readSource(context: Context, options: Options): Promise<Source> {
  const { loadCatalogue } = await import("../../adapters/disk/catalogue.ts");
  const { instanceTypeFacts } = await import("../../app/translate/types.ts");
  const factsFor = (release: Release | undefined) => ({ instanceTypes: instanceTypeFacts(loadCatalogue(release)) });
  const eksctl = await eksctlFile(options);
  if (eksctl !== undefined) {
    const release = releaseFor(options, { objects: {}, kubernetesVersion: eksctl.kubernetesVersion });
    const { translateEksctl } = await import("../../app/translate/translate.ts");
    const cluster = options.cluster === undefined ? eksctl : { ...eksctl, clusterName: options.cluster };
    return {
      ...cluster,
      release,
      objects: {},
      translation: translateEksctl(cluster, { ...translateOptions(options, release), ...factsFor(release) }),
    };
  }
  const { translateSnapshot } = await import("../../app/translate/translate.ts");
  const reader = await context.reader(options);
  const snapshot = await reader.read(context.host(options));
  const { clusterName, kubernetesVersion, account } = snapshot;
  const release = releaseFor(options, snapshot);
  const translation = translateSnapshot(snapshot, { ...translateOptions(options, release), ...factsFor(release) });
  const { objects } = snapshot;
  return { release, objects, translation, clusterName, kubernetesVersion, region: account?.region };
}

async function eksctlFile(options: Options): Promise<EksctlCluster | undefined> {
  const { from } = options;
  if (from === undefined || !/\.ya?ml$/i.test(from)) return undefined;
  const { DiskFiles } = await import("../../adapters/disk/files.ts");
  const files = new DiskFiles();
  if ((await files.stat(from))?.kind !== "file") return undefined;
  const text = new TextDecoder().decode(await files.read(from));
  const { isEksctlFile, readEksctl } = await import("../../app/translate/eksctl.ts");
  return isEksctlFile(text) ? readEksctl(from, text) : undefined;
}

/**
 * The release the manifests are for; undefined where --target names an API that the default release or the cluster's own does not serve.
 * Throws a usage fault (`usage.karpenter-target`) where --karpenter-version contradicts --target.
 */
function releaseFor({ target, karpenterVersion }: Options, cluster: DecidingCluster): Release | undefined {
  if (target !== undefined && karpenterVersion !== undefined && chosenRelease(karpenterVersion).line !== target) {
    throw usage(
      "karpenter-target",
      `Karpenter ${karpenterVersion} does not serve ${target}`,
      "pass --karpenter-version or --target, not both",
    );
  }
  const release = decidingRelease(cluster, karpenterVersion);
  return target === undefined || release.line === target ? release : undefined;
}

function translateOptions(options: Options, release: Release | undefined): TranslateOptions {
  const { target } = options;
  return {
    ...(target === undefined ? {} : { target }),
    ...(release === undefined ? {} : { release }),
    selectors: options.selectors,
    merge: options.merge,
    keepGroupLabel: options.keepGroupLabel === true,
    ...(options.nodeRole === undefined ? {} : { nodeRole: options.nodeRole }),
    ...(options.amiAlias === undefined ? {} : { amiAlias: options.amiAlias }),
    ...(options.group === undefined ? {} : { groups: options.group }),
  };
}

function titleOf({ clusterName, kubernetesVersion, release }: Source): string {
  const version = kubernetesVersion === undefined ? "" : `   kubernetes ${kubernetesVersion}`;
  const karpenter = release === undefined ? "" : `   Karpenter ${release.version}`;
  return `${clusterName ?? "cluster of unknown name"}${version}${karpenter}`;
}

function next(options: Options, isWritten: boolean): string {
  // Setup changes an account: a file of the cluster is no source for it.
  const { from: _, ...live } = options;
  const words = sourceWords(isWritten ? live : options);
  const command = isWritten ? ["setup", words] : ["translate", words, "--out FOLDER"];
  return `\nnext: ${["dovetail", ...command].filter((one) => one !== "").join(" ")}`;
}

// No is the answer when a group stays behind or a manifest would be refused.
function exitOf(translation: Translation): ExitCode {
  return translation.findings.some((finding) => finding.code === "DV2011" || finding.code === "DV2031") ? 1 : 0;
}
