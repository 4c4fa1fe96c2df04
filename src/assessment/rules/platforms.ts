import type { NodePool } from "../../karpenter/api.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { alternativesOf } from "../../kube/node-requirements.ts";
import { isActive } from "../../kube/pod.ts";
import type { Facts } from "../facts.ts";
import { takersOf, valuesIn } from "../node-pools.ts";
import { changeSpec, withPatch } from "../patches.ts";
import { found, type AssessmentRule } from "../rule.ts";
import type { WorkloadFacts } from "../workload.ts";
import { allWorkloads } from "./needs.ts";

/** Where a pod runs today is evidence of what its images are made for; Karpenter looks at requirements only. */

/** Keys that a pod should name where pools differ in them, with their old spelling. */
const platformKeys = [
  { key: labelKeys.arch, old: "beta.kubernetes.io/arch", word: "architecture" },
  { key: labelKeys.os, old: "beta.kubernetes.io/os", word: "operating system" },
] as const;

const blind: AssessmentRule = {
  codes: ["DV1052"],
  needs: ["live pods", "nodes", "node pools"],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) =>
      one.kind === "DaemonSet" || isForAll(one) || isAutoscaler(facts, one)
        ? []
        : platformKeys.flatMap((platform) => judge(facts, one, platform)),
    ),
};

function judge(
  facts: Facts,
  workload: WorkloadFacts,
  platform: (typeof platformKeys)[number],
): ReturnType<AssessmentRule["check"]> {
  const { key, old, word } = platform;
  const isNamed = alternativesOf(workload.spec).every((all) => all.some((one) => one.key === key || one.key === old));
  const [today, ...others] = seenOn(facts, workload, key);
  if (isNamed || today === undefined || others.length > 0) return [];
  const takers = takersOf(facts.nodePools ?? [], workload.spec);
  const wrong = takers.filter((pool) => !isOf(pool, key, today));
  if (wrong.length === 0) return [];
  const pools = wrong.map((pool) => `${pool.metadata.name} (${(valuesIn(pool, key) ?? ["any"]).join(", ")})`);
  const data = { workload: workload.title, word, today, pools, key };
  const [first] = takers;
  // The pool that Karpenter asks first would do it to every new node.
  const severity = first !== undefined && wrong.includes(first) ? "error" : "warning";
  const patch = withPatch(changeSpec(workload, { nodeSelector: { [key]: today } }));
  return [found("DV1052", workload.subject, data, { severity, ...patch })];
}

function seenOn({ nodes }: Facts, { pods }: WorkloadFacts, key: string): readonly string[] {
  const names = new Set(pods.filter(isActive).flatMap((pod) => pod.spec.nodeName ?? []));
  const values = nodes.filter((node) => names.has(node.metadata.name)).map((node) => node.metadata.labels?.[key]);
  return [...new Set(values)].filter((value) => value !== undefined);
}

// A pool that says nothing makes nodes of any kind.
function isOf(pool: NodePool, key: string, value: string): boolean {
  const allowed = valuesIn(pool, key);
  return allowed?.length === 1 && allowed[0] === value;
}

/** Images that their publishers make for every architecture: those of Kubernetes itself and of EKS. */
function isForAll({ spec }: WorkloadFacts): boolean {
  return spec.containers.every(({ image = "" }) =>
    /^(registry\.k8s\.io|k8s\.gcr\.io|public\.ecr\.aws\/eks[^/]*)\/|\/eks\//.test(image),
  );
}

// It stops at the cut-over, and moves nowhere.
function isAutoscaler({ autoscalers }: Facts, { subject }: WorkloadFacts): boolean {
  return autoscalers.some((one) => subject === `Deployment/${one.namespace}/${one.deployment}`);
}

/** Pods that say nothing of what they run on today. */
export const platformRules: readonly AssessmentRule[] = [blind];
