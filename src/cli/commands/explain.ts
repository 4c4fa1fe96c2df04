import { discover } from "../../app/read/discover.ts";
import type { Explanation } from "../../forecast/explain/types.ts";
import { type Fault, usage } from "../../fault/fault.ts";
import { releaseText } from "../../report/text/simulate.ts";
import { explainText } from "../../report/text/explain.ts";
import {
  explainCodeDocument,
  explainCodeText,
  explanationDocument,
  similarCodes,
} from "../../report/text/explain-code.ts";
import { commandOf, type Context, type ExitCode } from "../command.ts";
import { atOnce } from "../host.ts";
import { addSourceOptions } from "../options.ts";
import { addOutputOptions, type OutputOptions, answerWith } from "../output.ts";
import { addPoolOptions, forecastsOf } from "../forecast.ts";
import { addWhatIfOptions, type WhatIfOptions, whatIfsOf } from "../what-ifs.ts";

type Options = WhatIfOptions & OutputOptions;

const kinds = ["pod", "node", "nodepool", "nodegroup"] as const;

/** `dovetail explain` */
export const command = commandOf<Options>({
  configure: (cli) => {
    cli.argument(
      "<what>",
      "the code of a finding (DV1007) or a fault (journal.held), or pod, node, nodepool or nodegroup",
    );
    cli.argument(
      "[name]",
      "NAMESPACE/NAME of a pod, or the name of a node (today's or a planned one), NodePool or node group",
    );
    addPoolOptions(cli);
    addWhatIfOptions(cli);
    addSourceOptions(addOutputOptions(cli));
  },
  run: (context, options, args) => run(context, args, options),
});

async function run(context: Context, args: readonly string[], options: Options): Promise<ExitCode> {
  const [what = "", name] = args;
  const kind = kinds.find((one) => one === what.toLowerCase());
  if (kind === undefined) {
    if (name !== undefined) throw unknownKind(what, `${what} is not pod, node, nodepool or nodegroup`);
    return explainCode(context, what, options);
  }
  if (name === undefined)
    throw usage(
      "explain",
      `explain ${kind} needs a name`,
      ["write `dovetail explain", kind, kind === "pod" ? "NAMESPACE/NAME`" : "NAME`"].join(" "),
    );
  const asked = whatIfsOf(options);
  const snapshot = await (await context.reader(options)).read(context.host(options));
  const [{ explainPod }, { explainNode, explainNodePool }, ca] = await Promise.all([
    import("../../forecast/explain/pod.ts"),
    import("../../forecast/explain/node.ts"),
    import("../../forecast/explain/autoscaler.ts"),
  ]);
  const { autoscalers, nodeGroups } = discover(snapshot);
  const today = kind === "pod" || kind === "nodegroup" ? ca.askAutoscaler(snapshot, autoscalers) : undefined;
  if (kind === "nodegroup") return show(context, options, ca.explainNodeGroup(today, nodeGroups, name));
  const [simulation] = await forecastsOf(context, options, { snapshot, paths: [options.nodepools], options: asked });
  if (simulation === undefined) return 70;
  const by = simulation.outcome.karpenterRelease;
  if (!by.isCompared) context.note(`Karpenter ${releaseText(by)}`);
  const explanation: Explanation = await atOnce(context.host(options), () => {
    if (kind === "pod") {
      const pod = explainPod(simulation, name);
      return today === undefined ? pod : { ...pod, autoscaler: ca.autoscalerAnswer(today, pod.pod) };
    }
    return kind === "node" ? explainNode(simulation, name) : explainNodePool(simulation, name);
  });
  return show(context, options, explanation);
}

function show(context: Context, options: Options, explanation: Explanation): ExitCode {
  answerWith(context, options, {
    document: () => explanationDocument(explanation),
    text: (view) => explainText(explanation, view),
  });
  return explanation.kind === "pod" && explanation.placement.kind === "nowhere" ? 1 : 0;
}

function unknownKind(what: string, message: string): Fault {
  const close = similarCodes(what);
  const isCode = (/^dv\d/i.test(what) || what.includes(".")) && close.length > 0;
  const hint = isCode
    ? `did you mean ${close.slice(0, 3).join(", ")}?`
    : "write a code such as DV1007 or journal.held, or `pod NAMESPACE/NAME`, `node NAME`, `nodepool NAME`, `nodegroup NAME`";
  return usage("explain", message, hint);
}

function explainCode(context: Context, code: string, options: Options): ExitCode {
  const document = explainCodeDocument(code);
  if (document === undefined)
    throw unknownKind(code, `${code} is neither the code of a finding or a fault nor pod, node, nodepool or nodegroup`);
  answerWith(context, options, {
    document: () => document,
    text: ({ columns }) => explainCodeText(code, columns) ?? "",
  });
  return 0;
}
