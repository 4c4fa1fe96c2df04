import { type FlagProblem, flagProblems } from "../../autoscaler/flags/problems.ts";
import { inForce, setting } from "../../autoscaler/flags/settings.ts";
import { type DecidingFlag, isDeciding } from "../../autoscaler/flags/table.ts";
import type { AutoscalerInstallation } from "../../autoscaler/types.ts";
import { kubernetesMinor } from "../../autoscaler/version.ts";
import type { Finding } from "../../findings/finding.ts";
import { listAt, textAt } from "../../kube/json.ts";
import type { Facts } from "../facts.ts";
import { titleOf } from "../flags.ts";
import { found, type AssessmentRule } from "../rule.ts";
import { type FlagCode, flagWeights } from "./flag-weights.ts";

function each(
  codes: AssessmentRule["codes"],
  judge: (autoscaler: AutoscalerInstallation, facts: Facts) => readonly Finding[],
  needs: AssessmentRule["needs"] = [],
): AssessmentRule {
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

const weighty: readonly FlagCode[] = ["DV4023", "DV4025", "DV4026", "DV4028", "DV4032", "DV4033", "DV4034", "DV4035"];

/** Flags that were given another value than the default of the release that runs. */
const flags = each(weighty, (one) =>
  [...one.flags].flatMap(([flag, values]) => {
    if (!isDeciding(flag)) return [];
    const weight = flagWeights[flag];
    if (weight === "silent" || isSaidElsewhere(weight) || !isChanged(one, flag)) return [];
    const value = values.join(" ");
    return [found(weight, subjectOf(one), { autoscaler: titleOf(one), flag, value })];
  }),
);

function isSaidElsewhere(weight: FlagCode | `said by ${string}`): weight is `said by ${string}` {
  return weight.startsWith("said by ");
}

function isChanged(one: AutoscalerInstallation, flag: DecidingFlag): boolean {
  const standard = setting(new Map(), flag, one.version);
  return JSON.stringify(inForce(one, flag)) !== JSON.stringify(standard);
}

const balancing = each(["DV4024"], (one) =>
  inForce(one, "balance-similar-node-groups") ? [found("DV4024", subjectOf(one), { autoscaler: titleOf(one) })] : [],
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
    const apart = Math.abs((kubernetesMinor(one.version) ?? 0) - (kubernetesMinor(kubernetes) ?? 0));
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

const problems = each(["DV4036", "DV4038", "DV4039"], (one) => {
  const autoscaler = titleOf(one);
  const all = flagProblems(one.flags, one.version);
  const of = <Kind extends FlagProblem["kind"]>(kind: Kind): readonly Extract<FlagProblem, { kind: Kind }>[] =>
    all.filter((problem): problem is Extract<FlagProblem, { kind: Kind }> => problem.kind === kind);
  const unknown = of("unknown").map(({ flag, near }) => `--${flag}${near === undefined ? "" : ` (--${near}?)`}`);
  const others = of("other-release").map(otherRelease);
  const unreadable = of("unreadable").map(({ flag, value, type }) => `--${flag}=${value} (wants ${type})`);
  const subject = subjectOf(one);
  return [
    ...(unknown.length === 0 ? [] : [found("DV4036", subject, { autoscaler, flags: unknown })]),
    ...(others.length === 0
      ? []
      : [found("DV4038", subject, { autoscaler, version: one.version ?? "?", flags: others })]),
    ...(unreadable.length === 0 ? [] : [found("DV4039", subject, { autoscaler, flags: unreadable })]),
  ];
});

function otherRelease(problem: Extract<FlagProblem, { kind: "other-release" }>): string {
  const when = problem.until === undefined ? `from ${problem.since ?? "?"}` : `until ${problem.until}`;
  return `--${problem.flag} (${when}${problem.instead === undefined ? "" : `; now --${problem.instead}`})`;
}

/** Cluster Autoscaler's own settings and state. */
export const autoscalerRules: readonly AssessmentRule[] = [
  expander,
  priorities,
  flags,
  balancing,
  discovery,
  version,
  health,
  problems,
];
