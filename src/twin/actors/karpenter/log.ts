import { problemOf } from "../kubelet.ts";
import { type Core, timestamp } from "../../world/core.ts";
import { isKarpenterPod } from "../../../karpenter/installations.ts";

/** The log of a Karpenter pod: why it cannot start, or that it did. Other pods of the sandbox have no logs. */
export function controllerLog(
  core: Core,
  pod: { readonly namespace: string; readonly name: string },
): string | undefined {
  const found = core.api.find("pods", pod.name, pod.namespace);
  if (found === undefined || !isKarpenterPod(found)) return undefined;
  const problem = problemOf(core, found);
  const line = (level: string, message: string, error?: string): string =>
    JSON.stringify({
      level,
      time: timestamp(core),
      logger: "controller",
      message,
      ...(error === undefined ? {} : { error }),
    });
  if (problem !== undefined) return `${line("ERROR", "failed to start", problem)}\n`;
  return `${line("INFO", "discovered karpenter version")}\n${line("INFO", "starting controllers")}\n`;
}
