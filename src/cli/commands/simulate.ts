import { type Command, InvalidArgumentError, Option } from "commander";
import type { SimulateOptions } from "../../forecast/options.ts";
import type { Simulation } from "../../forecast/simulate.ts";
import { compareVersions } from "../../forecast/versions.ts";
import { chosenRelease } from "../../karpenter/chosen-release.ts";
import { plainMembers } from "../../report/json.ts";
import { versionsText } from "../../report/text/simulate-versions.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { refuseTogether } from "../conflicts.ts";
import { consolidationPolicies, type ConsolidationPolicy } from "../../forecast/consolidation-types.ts";
import type { SimulationOutcome } from "../../forecast/types.ts";
import { comparisonDocument, figuresSheet, nodeNames, simulationDocument } from "../../report/simulate-json.ts";
import { comparisonText } from "../../report/text/simulate-compare.ts";
import { simulateText } from "../../report/text/simulate.ts";
import { commandOf, type Context, type ExitCode } from "../command.ts";
import { addMoneyOptions, type MoneyOptions, moneyOf, moneyWords } from "../money.ts";
import { addSourceOptions, path } from "../options.ts";
import { addOutputOptions, type OutputOptions, answerWith } from "../output.ts";
import { addPoolOptions, forecastsOf } from "../forecast.ts";
import { sourceWords } from "../source-words.ts";
import { addWhatIfOptions, questionWords, type WhatIfOptions, whatIfsOf } from "../what-ifs.ts";

type Options = WhatIfOptions &
  MoneyOptions &
  OutputOptions & {
    readonly compare?: string;
    readonly compareVersions?: readonly [string, string];
    readonly consolidation?: ConsolidationPolicy | true;
    readonly all?: boolean;
  };

/** `dovetail simulate` */
export const command = commandOf<Options>({
  configure: (cli) => {
    addPoolOptions(cli);
    addOwnOptions(cli);
    addSourceOptions(addOutputOptions(cli, ["csv", "markdown", "name"]));
  },
  run,
});

function addOwnOptions(cli: Command): void {
  cli.addOption(path("--compare <path>", "a second set of NodePools, shown beside the first"));
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
  cli.option("--all", "every pod and every row");
}

function twoOf(value: string): readonly [string, string] {
  const [from = "", to = "", ...more] = value.split(",").map((one) => one.trim());
  if (from !== "" && to !== "" && more.length === 0) return [from, to];
  throw new InvalidArgumentError("it is two releases by comma, for example 1.9,1.15.");
}

async function run(context: Context, options: Options): Promise<ExitCode> {
  // Contradictions are told before anything is read.
  refuseTogether(options, [
    ["compareVersions", "compare"],
    ["compareVersions", "karpenterVersion"],
  ]);
  for (const version of options.compareVersions ?? []) chosenRelease(version);
  const { consolidation } = options;
  const policy = consolidation === undefined || consolidation === true ? {} : { policy: consolidation };
  const asked = {
    ...whatIfsOf(options),
    ...moneyOf(options),
    // What settles in the end, and what an upgrade changes, is what Karpenter decides by itself.
    ...(consolidation === undefined ? {} : { consolidation: policy, keepsZones: false }),
    ...(options.compareVersions === undefined ? {} : { keepsZones: false }),
  };
  const snapshot = await (await context.reader(options)).read(context.host(options));
  if (options.compareVersions !== undefined) return compareReleases(context, options, { snapshot, asked });
  const paths = [options.nodepools, ...(options.compare === undefined ? [] : [options.compare])];
  const [first, second] = await forecastsOf(context, options, { snapshot, paths, options: asked });
  if (first === undefined) return 70;
  const { outcome } = first;
  if (second !== undefined && options.compare !== undefined) {
    const other = second.outcome;
    const commands = { a: alone(options), b: alone({ ...options, nodepools: options.compare }) };
    answerWith(context, options, {
      document: () => comparisonDocument(outcome, other),
      text: (view) => comparisonText(outcome, other, { ...commands, ...view }),
      sheet: () => figuresSheet([outcome, other]),
      names: () => [...nodeNames(outcome), ...nodeNames(other)],
    });
    return exitOf(outcome, other);
  }
  answerWith(context, options, {
    document: () => simulationDocument(outcome),
    text: (view) =>
      simulateText(outcome, {
        ...view,
        isAll: options.all === true,
        sourceOptions: sourceWords(options),
        questionOptions: questionWords(options),
      }),
    sheet: () => figuresSheet([outcome]),
    names: () => nodeNames(outcome),
  });
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
  answerWith(context, options, {
    document: () => plainMembers(comparison),
    text: (view) => versionsText(comparison, { ...view, isAll: options.all === true, next }),
    sheet: () => figuresSheet([first.outcome, second.outcome]),
    names: () => [...nodeNames(first.outcome), ...nodeNames(second.outcome)],
  });
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
  // Where Karpenter runs the cluster already, another price is no advice against it.
  const isNo = ({ verdict, inCharge }: SimulationOutcome): boolean =>
    noes.has(verdict.answer) && !(inCharge === "karpenter" && verdict.answer === "costs-more");
  return outcomes.every(isNo) ? 1 : 0;
}
