import type { Pod } from "../../../kube/objects.ts";
import type { KarpenterHere } from "./here.ts";
import { controllerOfCluster, startProblem } from "./wiring.ts";

/** The log of a Karpenter pod: why it cannot start, or that it did. */
export function controllerLog(here: KarpenterHere, pod: Pod): string {
  const controller = controllerOfCluster(here);
  const isFailing = pod.metadata.annotations?.["sandbox.dovetail/never-ready"] === "true";
  const own = controller === undefined ? undefined : startProblem(here, controller);
  const problem = isFailing ? "the readiness probe fails" : own;
  const line = (level: string, message: string, error?: string): string =>
    JSON.stringify({
      level,
      time: here.timestamp,
      logger: "controller",
      message,
      ...(error === undefined ? {} : { error }),
    });
  if (problem !== undefined) return `${line("ERROR", "failed to start", problem)}\n`;
  return `${line("INFO", "discovered karpenter version")}\n${line("INFO", "starting controllers")}\n`;
}
