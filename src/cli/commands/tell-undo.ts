import type { TakenBack } from "../../app/run/take-back.ts";
import type { ChangeEnd } from "../../app/run/changing.ts";
import type { Step } from "../../migration/step.ts";
import { undoneDocument, undoPlanDocument } from "../../report/change-json.ts";
import { renderUndone } from "../../report/text/left.ts";
import type { Context, ExitCode } from "../command.ts";
import { isText, type OutputOptions, answerWith } from "../output.ts";

/** Tells how a way back ended; for a person its plan stands above already. What others changed stays, and is a no. */
export function tellUndo(
  context: Context,
  options: OutputOptions,
  of: {
    readonly command: string;
    readonly end: ChangeEnd<{ readonly clusterName: string; readonly steps: readonly Step[] }, TakenBack>;
  },
): ExitCode {
  const { end, command } = of;
  const { clusterName, steps } = end.prepared;
  if (end.kind !== "changed") {
    if (!isText(options)) {
      answerWith(context, options, { document: () => undoPlanDocument(command, clusterName, steps), text: () => "" });
    }
    return 0;
  }
  answerWith(context, options, {
    document: () => undoneDocument(command, clusterName, end.outcome),
    text: () => renderUndone(end.outcome.undone, end.outcome.left),
  });
  return end.outcome.left.length === 0 ? 0 : 1;
}
