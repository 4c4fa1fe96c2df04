import type { Finding } from "../../findings/finding.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { zoneOf } from "../../kube/node.ts";
import type { PodAffinityTerm, PodSpec } from "../../kube/objects.ts";
import { selectorMatches } from "../../kube/selector.ts";
import { found, type AssessmentRule } from "../rule.ts";
import type { WorkloadFacts } from "../workload.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

const preferences: AssessmentRule = {
  codes: ["DV1017", "DV1018"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) => facts.workloads.flatMap((one) => (one.kind === "DaemonSet" ? [] : judgePreferences(one))),
};

function judgePreferences(one: WorkloadFacts): Finding[] {
  const findings: Finding[] = [];
  const preferred = preferencesOf(one.spec);
  if (preferred.length > 0) {
    // One node per replica costs money; a preferred label rarely does.
    const isCostly = preferred.includes(`anti-affinity on ${labelKeys.hostname}`) && sizeOf(one) > 1;
    const severity = isCostly ? "warning" : "info";
    findings.push(found("DV1017", one.subject, { workload: one.title, preferences: preferred }, { severity }));
  }
  const soft = (one.spec.topologySpreadConstraints ?? []).filter((it) => it.whenUnsatisfiable === "ScheduleAnyway");
  if (soft.length > 0) {
    const keys = [...new Set(soft.map((it) => it.topologyKey))];
    findings.push(found("DV1018", one.subject, { workload: one.title, keys }));
  }
  return findings;
}

function preferencesOf(spec: PodSpec): readonly string[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const nodes = (nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((it) =>
    (it.preference.matchExpressions ?? []).map((expression) => `nodes by ${expression.key}`),
  );
  const near = (podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
    (it) => `affinity on ${it.podAffinityTerm.topologyKey}`,
  );
  const far = (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
    (it) => `anti-affinity on ${it.podAffinityTerm.topologyKey}`,
  );
  return [...new Set([...nodes, ...near, ...far])];
}

function sizeOf(workload: WorkloadFacts): number {
  return workload.replicas ?? workload.pods.length;
}

const hostPorts: AssessmentRule = {
  codes: ["DV1024"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      if (one.kind === "DaemonSet") return [];
      const ports = hostPortsOf(one.spec);
      const replicas = sizeOf(one);
      return ports.length === 0 || replicas === 0
        ? []
        : [found("DV1024", one.subject, { workload: one.title, ports, replicas })];
    }),
};

function hostPortsOf(spec: PodSpec): readonly number[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? []).filter((it) => it.restartPolicy === "Always")];
  // With the host's network the API server makes every container port a host port.
  const ports = containers.flatMap((container) =>
    (container.ports ?? []).map((port) => port.hostPort ?? (spec.hostNetwork === true ? (port.containerPort ?? 0) : 0)),
  );
  return [...new Set(ports.filter((port) => port > 0))].sort((a, b) => a - b);
}

const antiAffinity: AssessmentRule = {
  codes: ["DV1039"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      const replicas = sizeOf(one);
      const terms = one.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      const isSelf = terms.some((term) => term.topologyKey === labelKeys.hostname && repelsItself(term, one));
      if (one.kind === "DaemonSet" || replicas < 2 || !isSelf) return [];
      return [found("DV1039", one.subject, { workload: one.title, replicas })];
    }),
};

function repelsItself(term: PodAffinityTerm, workload: WorkloadFacts): boolean {
  const labels = workload.pods[0]?.metadata.labels ?? workload.labels;
  const isHere = term.namespaces === undefined || term.namespaces.includes(workload.namespace);
  return isHere && selectorMatches(term.labelSelector, labels);
}

const zones: AssessmentRule = {
  codes: ["DV1045"],
  needs: [["deployments", "statefulsets"], "nodes"],
  betterWith: ["deployments", "statefulsets"],
  check: (facts) => {
    const known = new Set(facts.nodes.flatMap((node) => zoneOf(node) ?? []));
    if (known.size < 2) return [];
    return facts.workloads
      .filter((one) => one.namespace !== "kube-system" && (one.replicas ?? 0) >= 2 && !spreadsOverZones(one.spec))
      .map((one) => found("DV1045", one.subject, { workload: one.title, replicas: one.replicas ?? 0 }));
  },
};

// Over the old zone label a hard rule spreads nothing: Karpenter finds no domain for it (DV1051).
function spreadsOverZones(spec: PodSpec): boolean {
  const isZone = (key: string): boolean => key === labelKeys.zone;
  const {
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  } = spec.affinity?.podAntiAffinity ?? {};
  return (
    spec.topologySpreadConstraints?.some((it) => isZone(it.topologyKey)) === true ||
    required?.some((term) => isZone(term.topologyKey)) === true ||
    preferred?.some((it) => isZone(it.podAffinityTerm.topologyKey)) === true
  );
}

const schedulers: AssessmentRule = {
  codes: ["DV1034"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      const scheduler = one.spec.schedulerName ?? "default-scheduler";
      return scheduler === "default-scheduler"
        ? []
        : [found("DV1034", one.subject, { workload: one.title, scheduler })];
    }),
};

/** Preferences, spreading, ports and schedulers. */
export const spreadingRules: readonly AssessmentRule[] = [preferences, hostPorts, antiAffinity, zones, schedulers];
