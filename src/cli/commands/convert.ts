import { convertSnapshot } from "../../app/convert/convert.ts";
import type { Conversion } from "../../translation/convert/convert.ts";
import { emit } from "../../report/emit/manifests/emit.ts";
import type { EmitFormat } from "../../report/emit/manifests/types.ts";
import { convertSummary, convertText } from "../../report/text/convert.ts";
import { findingsText, totalsText } from "../../report/text/findings.ts";
import { convertDocument, fatesSheet, manifestNames } from "../../report/translate-json.ts";
import { type Fault, usage } from "../../fault/fault.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { commandOf, type Context, type ExitCode, type SourceOptions, type WorldOptions } from "../command.ts";
import { plainView, refuseSwitches, separator, writeEmitted, writtenText } from "../emitted.ts";
import { addSourceOptions, choice, path } from "../options.ts";
import { addOutputOptions, type OutputOptions, answerWith } from "../output.ts";
import { sourceWords } from "../source-words.ts";

type Options = SourceOptions &
  WorldOptions &
  OutputOptions & {
    readonly emit?: EmitFormat;
    readonly out?: string;
    readonly force?: boolean;
    readonly nodeRole?: string;
    readonly all?: boolean;
  };

const forms = ["yaml", "kustomize", "terraform", "cloudformation", "shell"] as const;

/** `dovetail convert`: manifests of older Karpenter versions to v1. */
export const command = commandOf<Options>({
  configure: (cli) => {
    cli
      .addOption(choice("--emit <form>", "form of the manifests (default yaml)", forms))
      .addOption(path("--out <folder>", "write the manifests there instead of printing them", "folder"))
      .option("--force", "overwrite files in --out that were changed by hand")
      .option("--node-role <name>", "role for node classes whose manifest names none")
      .option("--all", "every field and every finding");
    addSourceOptions(addOutputOptions(cli, ["csv", "markdown", "name"]));
  },
  run,
});

async function run(context: Context, options: Options): Promise<ExitCode> {
  refuseSwitches(options);
  const reader = await context.reader(options);
  const snapshot = await reader.read(context.host(options));
  for (const gap of snapshot.gaps) if (gap.reason === "malformed") context.note(`warning: ${gap.detail}`);
  const conversion = convertSnapshot(snapshot, options.nodeRole === undefined ? {} : { nodeRole: options.nodeRole });
  if (conversion.objects.length === 0 && conversion.current === 0) throw nothingToConvert(reader.name, snapshot);
  const { clusterName, kubernetesVersion, account } = snapshot;
  const form = options.emit ?? "yaml";
  const about = { clusterName, kubernetesVersion, region: account?.region };
  const emitted = emit({ manifests: conversion.manifests, target: "v1" }, form, about);
  const written =
    options.out === undefined ? undefined : await writeEmitted(options.out, emitted, options.force === true);
  const manifests = emitted.map((file) => file.text).join(separator(form));
  const isAll = options.all === true;
  const seeAll = `dovetail convert ${sourceWords(options)} --all`.replace("  ", " ");
  if (options.output === "yaml")
    context.note(convertSummary(conversion, { ...plainView(context), title: reader.name, isAll }));
  answerWith(context, options, {
    document: () => convertDocument(conversion, written === undefined ? {} : { files: { ...written } }),
    text: (text) => {
      const view = { ...text, title: reader.name, isAll };
      const { findings } = conversion;
      const parts = [
        convertSummary(conversion, view),
        findingsText(findings, { ...view, seeAll }),
        findings.length === 0 ? "" : totalsText(findings),
        convertText(conversion, view),
      ];
      return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
    },
    after: () => `\n${(written === undefined ? manifests : writtenText(options.out ?? "", written)).trimEnd()}\n`,
    yaml: () => manifests,
    sheet: () =>
      fatesSheet(conversion.objects.flatMap(({ object, fates }) => fates.map((fate) => ({ ...fate, of: object })))),
    names: () => manifestNames(conversion.manifests),
  });
  return exitOf(conversion);
}

function nothingToConvert(name: string, { gaps }: Snapshot): Fault {
  const templates = gaps.filter(({ what, reason }) => what === "files" && reason === "malformed");
  const left = templates.map(({ detail }) => `; ${detail}`).join("");
  return usage(
    "nothing-to-convert",
    `${name} holds no Karpenter objects${left}`,
    "pass manifests of Provisioners, AWSNodeTemplates, NodePools or EC2NodeClasses",
  );
}

function exitOf(conversion: Conversion): ExitCode {
  return conversion.findings.some((finding) => finding.severity === "error") ? 1 : 0;
}
