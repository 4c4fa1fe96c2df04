import { type Assessment, assess } from "../../assessment/assess.ts";
import { type FoundFacts, type Facts, factsOf } from "../../assessment/facts.ts";
import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import type { Finding, Severity } from "../../findings/finding.ts";
import { instanceTypeOf, zoneOf } from "../../kube/node.ts";
import type { Pod } from "../../kube/objects.ts";
import { isSynthesised } from "../../kube/pod.ts";
import type { Gap, Snapshot } from "../../snapshot/snapshot.ts";

/** An assessment with what a reader must know about the cluster it speaks of. */
export interface AssessResult {
  readonly source: Snapshot["source"];
  readonly readAt: string;
  readonly clusterName: string | undefined;
  readonly kubernetesVersion: string | undefined;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  /** Undefined where the list was not read. */
  readonly counts: {
    readonly nodes: number | undefined;
    readonly pods: number | undefined;
    readonly workloads: number;
    readonly budgets: number | undefined;
  };
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly nodeGroups: readonly NodeGroup[];
  /** Instance types and zones of a group's nodes as they run now, by the group's name. */
  readonly running: ReadonlyMap<string, { readonly types: readonly string[]; readonly zones: readonly string[] }>;
  readonly assessment: Assessment;
  /** What was not read, and what was assumed instead. */
  readonly gaps: readonly Gap[];
}

/** Judges a snapshot. Pure: the CLI reads, this decides, report shows. */
export function assessSnapshot(snapshot: Snapshot, discovered: FoundFacts): AssessResult {
  const facts = factsOf(snapshot, discovered);
  return {
    source: snapshot.source,
    readAt: snapshot.readAt,
    clusterName: snapshot.clusterName,
    kubernetesVersion: snapshot.kubernetesVersion,
    region: snapshot.account?.region,
    accountId: snapshot.account?.accountId,
    counts: {
      nodes: snapshot.objects.nodes?.length,
      // Pods imagined from templates were not read.
      pods: podsRead(snapshot.objects.pods),
      workloads: facts.workloads.length,
      budgets: snapshot.objects.poddisruptionbudgets?.length,
    },
    autoscalers: discovered.autoscalers,
    nodeGroups: discovered.nodeGroups,
    running: runningIn(facts),
    assessment: assess(facts),
    gaps: snapshot.gaps,
  };
}

function podsRead(pods: readonly Pod[] | undefined): number | undefined {
  const real = pods?.filter((pod) => !isSynthesised(pod)).length;
  return real === 0 && pods?.length !== 0 ? undefined : real;
}

function runningIn(facts: Facts): AssessResult["running"] {
  const nodes = new Map(facts.nodes.map((node) => [node.metadata.name, node]));
  const distinct = (values: readonly (string | undefined)[]): readonly string[] =>
    [...new Set(values)].filter((value) => value !== undefined).sort();
  return new Map(
    facts.nodeGroups.map((group) => {
      const own = group.nodeNames.flatMap((name) => nodes.get(name) ?? []);
      return [group.name, { types: distinct(own.map(instanceTypeOf)), zones: distinct(own.map(zoneOf)) }] as const;
    }),
  );
}

/** The same assessment with only some of its findings. What was looked for stays as it was. */
export function narrowed(result: AssessResult, keep: (finding: Finding) => boolean): AssessResult {
  const { assessment } = result;
  return { ...result, assessment: { ...assessment, findings: assessment.findings.filter(keep) } };
}

/** From which severity on the answer of `assess` is no. */
export type FailOn = Severity | "never";

/** Whether anything was found at or above a severity. */
export function isFailing(assessment: Assessment, failOn: FailOn): boolean {
  if (failOn === "never") return false;
  const bad: readonly Severity[] =
    failOn === "error" ? ["error"] : failOn === "warning" ? ["error", "warning"] : ["error", "warning", "info"];
  return assessment.findings.some((finding) => bad.includes(finding.severity));
}
