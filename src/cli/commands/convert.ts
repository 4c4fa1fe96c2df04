import { convertSnapshot } from "../../app/convert/convert.ts";
import type { Conversion } from "../../translation/convert/convert.ts";
import { emit } from "../../report/emit/manifests/emit.ts";
import type { EmitFormat } from "../../report/emit/manifests/types.ts";
import { convertText } from "../../report/text/convert.ts";
import { findingsText, totalsText } from "../../report/text/findings.ts";
import { convertJson } from "../../report/translate-json.ts";
import { usage } from "../../fault/fault.ts";
import type { CommandModule, Context, ExitCode, SourceOptions, WorldOptions } from "../command.ts";
import { oneOf, separator, writeEmitted, writtenText } from "../emitted.ts";
import { addSourceOptions } from "../options.ts";
import { sourceWords } from "../source-words.ts";

type Options = SourceOptions &
  WorldOptions & {
    readonly emit: EmitFormat;
    readonly out?: string;
    readonly force?: boolean;
    readonly nodeRole?: string;
    readonly json?: boolean;
    readonly all?: boolean;
  };

const forms = ["yaml", "kustomize", "terraform", "cloudformation", "shell"] as const;

/** `dovetail convert`: manifests of older Karpenter versions to v1. */
export const command: CommandModule = {
  configure: (cli) => {
    addSourceOptions(cli)
      .option("--emit <form>", `form of the manifests: ${forms.join(", ")}`, oneOf(...forms), "yaml")
      .option("--out <folder>", "write the manifests there instead of printing them")
      .option("--force", "overwrite files in --out that were changed by hand")
      .option("--node-role <name>", "role for node classes whose manifest names none")
      .option("--json", "one versioned JSON document instead of text")
      .option("--all", "every field and every finding");
  },
  run: (context, _args, options) => run(context, options as unknown as Options),
};

async function run(context: Context, options: Options): Promise<ExitCode> {
  const reader = await context.reader(options);
  const snapshot = await reader.read(context.host(options));
  for (const gap of snapshot.gaps) if (gap.reason === "malformed") context.note(`warning: ${gap.detail}`);
  const conversion = convertSnapshot(snapshot, options.nodeRole === undefined ? {} : { nodeRole: options.nodeRole });
  if (conversion.objects.length === 0 && conversion.current === 0) {
    const templates = snapshot.gaps.filter(({ what, reason }) => what === "files" && reason === "malformed");
    const left = templates.map(({ detail }) => `; ${detail}`).join("");
    throw usage(
      "nothing-to-convert",
      `${reader.name} holds no Karpenter objects${left}`,
      "pass manifests of Provisioners, AWSNodeTemplates, NodePools or EC2NodeClasses",
    );
  }
  const { clusterName, kubernetesVersion, account } = snapshot;
  const about = { clusterName, kubernetesVersion, region: account?.region };
  const emitted = emit({ manifests: conversion.manifests, target: "v1" }, options.emit, about);
  const written =
    options.out === undefined ? undefined : await writeEmitted(options.out, emitted, options.force === true);
  if (options.json === true)
    context.out(convertJson(conversion, written === undefined ? {} : { files: { ...written } }));
  else {
    const isAll = options.all === true;
    const view = { title: reader.name, columns: context.columns, isColour: context.isColour, isAll };
    const seeAll = `dovetail convert ${sourceWords(options)} --all`.replace("  ", " ");
    const manifests =
      written === undefined
        ? emitted.map((file) => file.text).join(separator(options.emit))
        : writtenText(options.out ?? "", written);
    const parts = [
      convertText(conversion, view),
      findingsText(conversion.findings, { ...view, seeAll }),
      totalsText(conversion.findings),
      manifests.trimEnd(),
    ];
    context.out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
  }
  return exitOf(conversion);
}

function exitOf(conversion: Conversion): ExitCode {
  return conversion.findings.some((finding) => finding.severity === "error") ? 1 : 0;
}
