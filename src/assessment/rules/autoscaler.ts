import type { AutoscalerInstallation } from "../../autoscaler/types.ts";
import type { Finding } from "../../findings/finding.ts";
import { listAt, textAt } from "../../kube/json-text.ts";
import type { Facts } from "../facts.ts";
import { flagOf, isOn, minorOf, titleOf } from "../flags.ts";
import { found, type Rule } from "../rule.ts";
import { knownFlags } from "./known-flags.ts";

function each(
  codes: Rule["codes"],
  judge: (autoscaler: AutoscalerInstallation, facts: Facts) => readonly Finding[],
  needs: Rule["needs"] = [],
): Rule {
  return {
    codes,
    needs: ["deployments", ...needs],
    check: (facts) => facts.autoscalers.flatMap((one) => judge(one, facts)),
  };
}

function subjectOf(autoscaler: AutoscalerInstallation): string {
  return `Deployment/${titleOf(autoscaler)}`;
}

const expander = each(["DV4021"], (one) => {
  const strange = one.expanders.filter((name) => strangeExpanders.has(name));
  if (strange.length === 0) return [];
  return [found("DV4021", subjectOf(one), { autoscaler: titleOf(one), expander: strange.join(", ") })];
});

const priorities = each(
  ["DV4020", "DV4022"],
  (one): Finding[] => {
    const autoscaler = titleOf(one);
    if (!one.expanders.includes("priority")) return [];
    if (one.priorities !== undefined)
      return [found("DV4020", subjectOf(one), { autoscaler, tiers: one.priorities.size })];
    return [found("DV4022", subjectOf(one), { autoscaler, namespace: one.namespace })];
  },
  ["configmaps"],
);

const strangeExpanders = new Set(["random", "most-pods", "least-nodes", "grpc"]);

type FlagCode = "DV4023" | "DV4025" | "DV4026" | "DV4028" | "DV4032" | "DV4033" | "DV4034" | "DV4035";

/** Flags that are reported when their value is another than the default. */
const telling: readonly { readonly flag: string; readonly code: FlagCode; readonly standard: readonly string[] }[] = [
  { flag: "max-nodes-total", code: "DV4023", standard: ["0"] },
  { flag: "cores-total", code: "DV4023", standard: ["0:320000"] },
  { flag: "memory-total", code: "DV4023", standard: ["0:6400000"] },
  { flag: "scale-down-enabled", code: "DV4025", standard: ["true"] },
  { flag: "scale-down-utilization-threshold", code: "DV4026", standard: ["0.5"] },
  { flag: "scale-down-gpu-utilization-threshold", code: "DV4026", standard: ["0.5"] },
  { flag: "scale-down-unneeded-time", code: "DV4026", standard: ["10m", "10m0s"] },
  { flag: "scale-down-unready-time", code: "DV4026", standard: ["20m", "20m0s"] },
  { flag: "scale-down-delay-after-add", code: "DV4026", standard: ["10m", "10m0s"] },
  { flag: "scale-down-delay-after-delete", code: "DV4026", standard: ["0", "0s"] },
  { flag: "max-scale-down-parallelism", code: "DV4026", standard: ["10"] },
  { flag: "max-empty-bulk-delete", code: "DV4026", standard: ["10"] },
  { flag: "expendable-pods-priority-cutoff", code: "DV4028", standard: ["-10"] },
  { flag: "max-graceful-termination-sec", code: "DV4032", standard: ["600"] },
  { flag: "max-pod-eviction-time", code: "DV4032", standard: ["2m", "2m0s"] },
  { flag: "max-drain-parallelism", code: "DV4032", standard: ["1"] },
  { flag: "drain-priority-config", code: "DV4032", standard: [""] },
  { flag: "new-pod-scale-up-delay", code: "DV4033", standard: ["0", "0s"] },
  { flag: "enable-provisioning-requests", code: "DV4034", standard: ["false"] },
  { flag: "enforce-node-group-min-size", code: "DV4035", standard: ["false"] },
];

const flags = each(["DV4023", "DV4025", "DV4026", "DV4028", "DV4032", "DV4033", "DV4034", "DV4035"], (one) =>
  telling.flatMap(({ flag, code, standard }) => {
    const value = flagOf(one, flag);
    if (value === undefined || standard.includes(value)) return [];
    return [found(code, subjectOf(one), { autoscaler: titleOf(one), flag, value })];
  }),
);

const balancing = each(["DV4024"], (one) =>
  isOn(one, "balance-similar-node-groups", false)
    ? [found("DV4024", subjectOf(one), { autoscaler: titleOf(one) })]
    : [],
);

const discovery = each(["DV4027"], (one) => {
  const count = one.flags.get("node-group-auto-discovery")?.length ?? 0;
  return count < 2 ? [] : [found("DV4027", subjectOf(one), { autoscaler: titleOf(one), flags: count })];
});

const version = each(
  ["DV4030", "DV4037"],
  (one, facts) => {
    const autoscaler = titleOf(one);
    if (one.version === undefined) return [found("DV4037", subjectOf(one), { autoscaler, image: one.image })];
    const kubernetes = facts.snapshot.kubernetesVersion ?? "";
    const apart = Math.abs((minorOf(one.version) ?? 0) - (minorOf(kubernetes) ?? 0));
    if (apart === 0) return [];
    const severity = apart > 1 ? "warning" : "info";
    return [found("DV4030", subjectOf(one), { autoscaler, version: one.version, kubernetes }, { severity })];
  },
  ["kubernetes version"],
);

const health = each(
  ["DV4031"],
  (one) => {
    const problems: string[] = [];
    const cluster = textAt(one.status, "clusterWide", "health", "status");
    if (cluster !== undefined && cluster !== "Healthy") problems.push(`the cluster is ${cluster}`);
    for (const group of listAt(one.status, "nodeGroups")) {
      const name = textAt(group, "name") ?? "?";
      const health = textAt(group, "health", "status");
      if (health !== undefined && health !== "Healthy") problems.push(`${name} is ${health}`);
      if (textAt(group, "scaleUp", "status") !== "Backoff") continue;
      const code = textAt(group, "scaleUp", "backoffInfo", "errorCode");
      problems.push(`${name} is backed off${code === undefined ? "" : ` (${code})`}`);
    }
    return problems.length === 0 ? [] : [found("DV4031", subjectOf(one), { autoscaler: titleOf(one), problems })];
  },
  ["configmaps"],
);

const unknown = each(["DV4036"], (one) => {
  const names = [...one.flags.keys()]
    .filter((name) => !knownFlags.has(name))
    .map((name) => `--${name}`)
    .sort();
  return names.length === 0 ? [] : [found("DV4036", subjectOf(one), { autoscaler: titleOf(one), flags: names })];
});

/** Cluster Autoscaler's own settings and state. */
export const autoscalerRules: readonly Rule[] = [
  expander,
  priorities,
  flags,
  balancing,
  discovery,
  version,
  health,
  unknown,
];
