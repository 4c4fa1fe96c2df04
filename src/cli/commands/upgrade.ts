import { upgradePlan } from "../../app/upgrade/upgrade.ts";
import { defined } from "../../kube/json.ts";
import { shellWord } from "../../kube/text.ts";
import { usage } from "../../fault/fault.ts";
import { defaultRelease } from "../../karpenter/releases.ts";
import { stationOf } from "../../karpenter/upgrade-path.ts";
import type { UpgradePlan } from "../../migration/upgrade/types.ts";
import { maskedIn } from "../../snapshot/masked.ts";
import type { Manifest } from "../../translation/assemble.ts";
import { emit } from "../../report/emit/manifests/emit.ts";
import { plainMembers, versionedDocument } from "../../report/json.ts";
import type { Sheet } from "../../report/sheet.ts";
import { upgradeText } from "../../report/text/upgrade.ts";
import { chosenRelease } from "../../karpenter/chosen-release.ts";
import type { CommandModule, Context, ExitCode, SourceOptions, WorldOptions } from "../command.ts";
import { separator } from "../emitted.ts";
import { addSourceOptions, choice } from "../options.ts";
import { addOutputOptions, type OutputOptions, answerWith } from "../output.ts";
import { sourceWords } from "../source-words.ts";
import { again, flag, text } from "./values.ts";

type Given = SourceOptions & WorldOptions & OutputOptions & Readonly<Record<string, unknown>>;

const apis = ["v1", "v1beta1"] as const;

/** `dovetail upgrade --plan`: the way to a newer Karpenter, shown and not gone. */
export const command: CommandModule = {
  configure: (cli) => {
    cli
      .option("--plan", "show the way; nothing is done without it either, which is what it is there to say")
      .option("--karpenter-version <version>", `release to upgrade to (default ${defaultRelease.version})`)
      .option("--installed <version>", "release that runs (default: read from the controller's image)")
      .option("--node-role <name>", "role for node classes whose manifest names none")
      .addOption(choice("--manifests <api>", "print Karpenter's objects in this API version instead of the plan", apis))
      .option("--all", "every note, every object and every check");
    addSourceOptions(addOutputOptions(cli, ["csv", "markdown", "name"]));
  },
  run: (context, _args, options) => run(context, options),
};

async function run(context: Context, options: Given): Promise<ExitCode> {
  if (!flag(options, "plan")) {
    throw usage(
      "upgrade",
      "an upgrade is planned, not made: Dovetail shows each step with its command and its way back",
      "pass --plan",
    );
  }
  // A release that nobody knows is told before anything is read.
  const [to, installed] = [text(options, "karpenterVersion"), text(options, "installed")];
  for (const version of [to, installed]) {
    if (version !== undefined && stationOf(version) === undefined) chosenRelease(version);
  }
  const snapshot = await (await context.reader(options)).read(context.host(options));
  for (const gap of snapshot.gaps) if (gap.reason === "malformed") context.note(`warning: ${gap.detail}`);
  const plan = upgradePlan(snapshot, {
    ...defined({ to, installed, nodeRole: text(options, "nodeRole") }),
    sourceWords: readingWords(options),
    setupWords: options.from === undefined ? sourceWords(options) : "",
  });
  const api = apis.find((one) => one === text(options, "manifests"));
  if (api !== undefined) {
    const { clusterName, kubernetesVersion, account } = snapshot;
    const about = { clusterName, kubernetesVersion, region: account?.region };
    refuseMasked(plan.manifests[api]);
    const files = emit({ manifests: plan.manifests[api], target: api }, "yaml", about);
    context.print(
      `${files
        .map(({ text }) => text)
        .join(separator("yaml"))
        .trimEnd()}\n`,
    );
    return 0;
  }
  answerWith(context, options, {
    document: () => versionedDocument("upgrade-plan", "upgrade", plainMembers(plan)),
    text: (view) =>
      upgradeText(plan, {
        ...view,
        isAll: flag(options, "all"),
        sourceOptions: sourceWords(options),
        again: readingWords(options),
        compare: (one, other) => again(options, `simulate --compare-versions ${shellWord(one)},${shellWord(other)}`),
      }),
    sheet: () => stepsSheet(plan),
    names: () => plan.moves.map(({ to }) => to),
  });
  return plan.answer === "done" || plan.answer === "ready" ? 0 : 1;
}

/** What is masked would be applied as it stands. */
function refuseMasked(manifests: readonly Manifest[]): void {
  const masked = manifests.flatMap((one) => maskedIn(one).map((path) => `${one.kind}/${one.metadata.name} ${path}`));
  const [first] = masked;
  if (first === undefined) return;
  const more = masked.length > 1 ? ` and ${masked.length - 1} more` : "";
  throw usage(
    "upgrade",
    `the manifests hold masked text: ${first}${more}`,
    "convert the files that your objects are applied from: `dovetail convert --from FOLDER`",
    "what looks like a secret is not kept of a cluster, and a manifest with a gap must not be applied",
  );
}

function readingWords(options: Given): string {
  const told = text(options, "installed");
  const installed = told === undefined ? "" : `--installed ${told}`;
  return [sourceWords(options), installed].filter((one) => one !== "").join(" ");
}

function stepsSheet(plan: UpgradePlan): Sheet {
  return {
    columns: ["from", "to", "step", "kind", "title", "why", "commands", "back"],
    rows: plan.moves.flatMap(({ from, to, steps }) =>
      steps.map(({ kind, title, why, commands, back }, at) => [
        from,
        to,
        String(at + 1),
        kind,
        title,
        why,
        commands.join("\n"),
        back ?? "",
      ]),
    ),
  };
}
