import type { Workload } from "../../../kube/objects.ts";
import { controllerOf, isReady } from "../../../kube/pod.ts";
import type { Core } from "../../world/core.ts";
import { after } from "../../../kube/text.ts";

/** The Cluster Autoscaler that runs in the sandbox: its Deployment's arguments, as far as the sandbox's CA obeys them. */
export interface Installation {
  readonly deployment: Workload;
  readonly expanders: readonly string[];
  readonly utilizationThreshold: number;
  readonly unneededMs: number;
  readonly delayAfterAddMs: number;
  readonly skipsLocalStorage: boolean;
  readonly skipsSystemPods: boolean;
  /** Tags that an Auto Scaling group must have, all of them. */
  readonly discoveryTags: readonly string[];
}

/** The CA that is in charge; undefined when its Deployment is absent, scaled to zero, or has no ready pod. */
export function runningAutoscaler(core: Core): Installation | undefined {
  const deployment = core.api
    .peek("deployments")
    .find((one) =>
      one.spec.template.spec.containers.some((container) => /\/cluster-autoscaler(-\w+)?:/.test(container.image ?? "")),
    );
  if (deployment === undefined || (deployment.spec.replicas ?? 1) === 0) return undefined;
  const set = core.api.peek("replicasets").find((one) => controllerOf(one)?.uid === deployment.metadata.uid);
  const isUp = core.api
    .peek("pods")
    .some(
      (pod) =>
        controllerOf(pod)?.uid === set?.metadata.uid && isReady(pod) && pod.metadata.deletionTimestamp === undefined,
    );
  return isUp ? read(deployment) : undefined;
}

function read(deployment: Workload): Installation {
  const container = deployment.spec.template.spec.containers[0];
  const flags = new Map<string, string>();
  for (const arg of [...(container?.command ?? []), ...(container?.args ?? [])]) {
    const match = /^--([^=]+)(?:=(.*))?$/.exec(arg);
    if (match?.[1] !== undefined) flags.set(match[1], match[2] ?? "true");
  }
  const discovery = after(flags.get("node-group-auto-discovery") ?? "", "asg:tag=") ?? "";
  return {
    deployment,
    expanders: (flags.get("expander") ?? "random").split(","),
    utilizationThreshold: Number(flags.get("scale-down-utilization-threshold") ?? 0.5),
    unneededMs: durationMs(flags.get("scale-down-unneeded-time") ?? "10m"),
    delayAfterAddMs: durationMs(flags.get("scale-down-delay-after-add") ?? "10m"),
    skipsLocalStorage: flags.get("skip-nodes-with-local-storage") !== "false",
    skipsSystemPods: flags.get("skip-nodes-with-system-pods") !== "false",
    discoveryTags: discovery.split(",").filter((tag) => tag !== ""),
  };
}

function durationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...text.matchAll(/(?<!\d)(\d{1,18}(?:\.\d{1,18})?)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? "s"] ?? 0),
    0,
  );
}
