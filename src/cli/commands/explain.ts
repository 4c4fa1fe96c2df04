import type { Explanation } from "../../app/explain/types.ts";
import { usage } from "../../ports/fault.ts";
import { explainText } from "../../report/text/explain.ts";
import { explainCodeText, similarCodes } from "../../report/text/explain-code.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { addPoolOptions, inputOf, type PoolOptions, poolsOf } from "../simulate-input.ts";

type Options = PoolOptions & { readonly json?: boolean; readonly pendingOnly?: boolean };

const kinds = ["pod", "node", "nodepool"] as const;

/** `dovetail explain` */
export const command: CommandModule = {
  configure: (cli) => {
    cli.argument("<what>", "a finding code such as DV1007, or pod, node or nodepool");
    cli.argument("[name]", "NAMESPACE/NAME of a pod, or the name of a node (today's or a planned one) or NodePool");
    addSourceOptions(cli);
    addPoolOptions(cli);
    cli
      .option("--pending-only", "as in simulate: the nodes there are stay")
      .option("--json", "one versioned JSON document instead of text");
  },
  run: (context, args, options) => run(context, args, options as unknown as Options),
};

async function run(context: Context, args: readonly string[], options: Options): Promise<ExitCode> {
  const [what = "", name] = args;
  const kind = kinds.find((one) => one === what.toLowerCase());
  if (kind === undefined) return explainCode(context, what);
  if (name === undefined)
    throw usage("explain", `explain ${kind} needs a name`, `write \`dovetail explain ${kind} NAME\``);
  const snapshot = await (await context.reader(options)).read(context.host(options));
  const [{ simulate }, { explainPod }, { explainNode, explainNodePool }] = await Promise.all([
    import("../../app/simulate/simulate.ts"),
    import("../../app/explain/pod.ts"),
    import("../../app/explain/node.ts"),
  ]);
  const base = await inputOf(context, options, snapshot);
  const { nodePools, nodeClasses, source } = await poolsOf(options.nodepools, snapshot);
  const simulation = simulate(
    { ...base, nodePools, nodeClasses, nodePoolSource: source },
    { isPendingOnly: options.pendingOnly === true },
  );
  const explanation: Explanation =
    kind === "pod"
      ? explainPod(simulation, name)
      : kind === "node"
        ? explainNode(simulation, name)
        : explainNodePool(simulation, name);
  context.out(options.json === true ? JSON.stringify(explanation) : explainText(explanation));
  return explanation.kind === "pod" && explanation.placement.kind === "nowhere" ? 1 : 0;
}

function explainCode(context: Context, code: string): ExitCode {
  const text = explainCodeText(code, context.columns);
  if (text === undefined) {
    const close = similarCodes(code);
    const hint =
      close.length === 0
        ? "write a code such as DV1007, or `pod NAMESPACE/NAME`"
        : `did you mean ${close.slice(0, 3).join(", ")}?`;
    throw usage("explain", `${code} is neither a finding code nor pod, node or nodepool`, hint);
  }
  context.out(text);
  return 0;
}
