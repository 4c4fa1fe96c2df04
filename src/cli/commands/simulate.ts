import { type Command, InvalidArgumentError, Option } from "commander";
import { usage } from "../../fault/fault.ts";
import type { SimulateOptions } from "../../forecast/options.ts";
import type { Simulation } from "../../forecast/simulate.ts";
import { compareVersions } from "../../forecast/versions.ts";
import { chosenRelease } from "../../karpenter/chosen-release.ts";
import { versionsText } from "../../report/text/simulate-versions.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { consolidationPolicies, type ConsolidationPolicy } from "../../forecast/consolidation-types.ts";
import type { SimulationOutcome } from "../../forecast/types.ts";
import { comparisonText } from "../../report/text/simulate-compare.ts";
import { simulateText } from "../../report/text/simulate.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addMoneyOptions, type MoneyOptions, moneyOf, moneyWords } from "../money.ts";
import { addSourceOptions } from "../options.ts";
import { addPoolOptions, forecastsOf } from "../forecast.ts";
import { sourceWords } from "../source-words.ts";
import { addWhatIfOptions, questionWords, type WhatIfOptions, whatIfsOf } from "../what-ifs.ts";

type Options = WhatIfOptions &
  MoneyOptions & {
    readonly compare?: string;
    readonly compareVersions?: readonly [string, string];
    readonly consolidation?: ConsolidationPolicy | true;
    readonly json?: boolean;
    readonly all?: boolean;
  };

/** `dovetail simulate` */
export const command: CommandModule = {
  configure: (cli) => {
    addSourceOptions(cli);
    addPoolOptions(cli);
    addOwnOptions(cli);
  },
  run: (context, _args, options) => run(context, options as unknown as Options),
};

function addOwnOptions(cli: Command): void {
  cli.option("--compare <path>", "a second set of NodePools, shown beside the first");
  cli.option(
    "--compare-versions <from,to>",
    "two releases of Karpenter, for example 1.9,1.15: what an upgrade changes",
    twoOf,
  );
  addWhatIfOptions(cli);
  cli.addOption(
    new Option(
      "--consolidation [policy]",
      "let Karpenter consolidate what it made until it settles; under this policy, or each NodePool's own",
    ).choices(consolidationPolicies),
  );
  addMoneyOptions(cli);
  cli.option("--json", "one versioned JSON document instead of text").option("--all", "every pod and every row");
}

function twoOf(value: string): readonly [string, string] {
  const [from = "", to = "", ...more] = value.split(",").map((one) => one.trim());
  if (from !== "" && to !== "" && more.length === 0) return [from, to];
  throw new InvalidArgumentError("it is two releases by comma, for example 1.9,1.15.");
}

// Contradictions are told before anything is read.
function checkComparison({ compare, compareVersions, karpenterVersion }: Options): void {
  if (compareVersions === undefined) return;
  for (const version of compareVersions) chosenRelease(version);
  const other =
    compare !== undefined ? "--compare" : karpenterVersion !== undefined ? "--karpenter-version" : undefined;
  if (other === undefined) return;
  throw usage("contradiction", `--compare-versions and ${other} exclude each other`, "pass one of them");
}

async function run(context: Context, options: Options): Promise<ExitCode> {
  checkComparison(options);
  const { consolidation } = options;
  const policy = consolidation === undefined || consolidation === true ? {} : { policy: consolidation };
  const asked = {
    ...whatIfsOf(options),
    ...moneyOf(options),
    ...(consolidation === undefined ? {} : { consolidation: policy }),
  };
  const snapshot = await (await context.reader(options)).read(context.host(options));
  if (options.compareVersions !== undefined) return compareReleases(context, options, { snapshot, asked });
  const paths = [options.nodepools, ...(options.compare === undefined ? [] : [options.compare])];
  const [first, second] = await forecastsOf(context, options, { snapshot, paths, options: asked });
  if (first === undefined) return 70;
  const { outcome } = first;
  if (second !== undefined && options.compare !== undefined) {
    const other = second.outcome;
    const isJson = options.json === true;
    context.out(
      isJson
        ? JSON.stringify({ schema: "dovetail.comparison/1", first: outcome, second: other })
        : comparisonText(outcome, other, { a: alone(options), b: alone({ ...options, nodepools: options.compare }) }),
    );
    return exitOf(outcome, other);
  }
  const view = {
    isAll: options.all === true,
    sourceOptions: sourceWords(options),
    questionOptions: questionWords(options),
  };
  context.out(options.json === true ? JSON.stringify(outcome) : simulateText(outcome, view));
  return exitOf(outcome);
}

async function compareReleases(
  context: Context,
  options: Options,
  { snapshot, asked }: { readonly snapshot: Snapshot; readonly asked: SimulateOptions },
): Promise<ExitCode> {
  const found: Simulation[] = [];
  for (const karpenterVersion of options.compareVersions ?? []) {
    const question = { snapshot, paths: [options.nodepools], options: asked };
    found.push(...(await forecastsOf(context, { ...options, karpenterVersion }, question)));
  }
  const [first, second] = found;
  if (first === undefined || second === undefined) return 70;
  const comparison = compareVersions(first, second);
  const next = alone({ ...options, karpenterVersion: second.outcome.karpenterRelease.version });
  const view = { isAll: options.all === true, columns: context.columns, next };
  context.out(options.json === true ? JSON.stringify(comparison) : versionsText(comparison, view));
  return exitOf(first.outcome, second.outcome);
}

/** The command that shows one set of NodePools under the same assumptions. */
function alone(options: Options): string {
  const { consolidation } = options;
  const policy = consolidation === undefined || consolidation === true ? "" : ` ${consolidation}`;
  const settling = consolidation === undefined ? "" : `--consolidation${policy}`;
  const words = ["dovetail simulate", sourceWords(options), questionWords(options), settling, moneyWords(options)];
  return words.filter((one) => one !== "").join(" ");
}

/** No is an answer too: pods that do not fit, or a bill that grows. Of two sets one that does is enough. */
function exitOf(...outcomes: readonly SimulationOutcome[]): ExitCode {
  const noes = new Set(["does-not-fit", "costs-more", "some-wait"]);
  return outcomes.every(({ verdict }) => noes.has(verdict.answer)) ? 1 : 0;
}
