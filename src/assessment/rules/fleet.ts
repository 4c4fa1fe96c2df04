import { kubernetesMinor } from "../../autoscaler/version.ts";
import type { Finding } from "../../findings/finding.ts";
import { instanceIdOf, isFargateNode, isKarpenterNode, kubeletVersionOf, zoneOf } from "../../kube/node.ts";
import type { Node } from "../../kube/objects.ts";
import type { Facts } from "../facts.ts";
import { titleOf } from "../flags.ts";
import { subjectOf, groupUserData } from "../groups.ts";
import { found, type AssessmentRule } from "../rule.ts";

/** Nodes that a node group should have made. */
function groupNodes(facts: Facts): readonly Node[] {
  return facts.nodes.filter((node) => !isFargateNode(node) && !isKarpenterNode(node));
}

const startupTaints: AssessmentRule = {
  codes: ["DV2118"],
  needs: [["nodes", "deployments", "account.nodegroups"]],
  betterWith: ["deployments", "nodes"],
  check: (facts) => {
    const sources = new Map<string, Set<string>>();
    const add = (taint: string, source: string): void => {
      const known = sources.get(taint);
      if (known === undefined) sources.set(taint, new Set([source]));
      else known.add(source);
    };
    for (const autoscaler of facts.autoscalers) {
      for (const flag of ["startup-taint", "ignore-taint"]) {
        for (const key of autoscaler.flags.get(flag) ?? []) add(key, `--${flag} of ${titleOf(autoscaler)}`);
      }
    }
    for (const group of facts.nodeGroups) {
      for (const key of registeredTaints(groupUserData(group)))
        if (isStartup(key)) add(key, `user data of ${group.name}`);
      for (const taint of group.taints) if (isStartup(taint.key)) add(taint.key, `node group ${group.name}`);
    }
    return [...sources].map(([taint, from]) =>
      found("DV2118", `Taint/${taint}`, { taint, source: [...from].sort().join(", ") }),
    );
  },
};

/** Keys of the taints that a kubelet registers its node with, in any of the forms user data has. */
function registeredTaints(userData: string): readonly string[] {
  const flags = [...userData.matchAll(/--register-with-taints[= ]["']?([^\s"']+)/g)].flatMap((match) =>
    (match[1] ?? "").split(","),
  );
  const toml = [...userData.matchAll(/^[ \t]*"([\w./-]+)"[ \t]*=[ \t]*"[^"\n]*:(?:NoSchedule|NoExecute)"/gm)].map(
    (match) => match[1] ?? "",
  );
  return [...flags.map((taint) => taint.split(/[=:]/)[0] ?? ""), ...toml].filter((key) => key !== "");
}

function isStartup(key: string): boolean {
  return (
    /^(startup|ignore)-taint\.cluster-autoscaler\.kubernetes\.io\//.test(key) ||
    key === "node.cilium.io/agent-not-ready" ||
    /^(ebs|efs|fsx)\.csi\.aws\.com\/agent-not-ready$/.test(key)
  );
}

const zoneSkew: AssessmentRule = {
  codes: ["DV2121"],
  needs: ["nodes"],
  check: (facts) => {
    const counts = new Map<string, number>();
    for (const node of groupNodes(facts)) {
      const zone = zoneOf(node);
      if (zone !== undefined) counts.set(zone, (counts.get(zone) ?? 0) + 1);
    }
    const sizes = [...counts.values()];
    const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
    if (sizes.length < 2 || most < 2 * least || most - least < 3) return [];
    const texts = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, n]) => `${zone} ${n}`);
    return [found("DV2121", "Nodes", { counts: texts })];
  },
};

const unmanaged: AssessmentRule = {
  codes: ["DV2122"],
  needs: ["deployments", "account.autoScalingGroups"],
  check: (facts) =>
    facts.autoscalers.length === 0
      ? []
      : facts.nodeGroups
          .filter((group) => group.isManagedByAutoscaler === false)
          .map((group) => found("DV2122", subjectOf(group), { nodeGroup: group.name, nodes: group.nodeNames.length })),
};

const strays: AssessmentRule = {
  codes: ["DV2127"],
  needs: ["nodes", "account.autoScalingGroups"],
  check: (facts) =>
    groupNodes(facts)
      .filter(
        (node) => !facts.groupOfNode.has(node.metadata.name) && !isAutoMode(node) && instanceIdOf(node) !== undefined,
      )
      .map((node) => found("DV2127", `Node/${node.metadata.name}`, { node: node.metadata.name })),
};

function isAutoMode(node: Node): boolean {
  return node.metadata.labels?.["eks.amazonaws.com/compute-type"] === "auto";
}

const home: AssessmentRule = {
  codes: ["DV2130"],
  needs: ["nodes", "deployments", ["account.nodegroups", "account.autoScalingGroups"]],
  check: (facts) => {
    const groups = facts.nodeGroups.filter((group) => group.max !== 0);
    const hasHome = groups.some((group) => group.isManagedByAutoscaler !== true) || facts.nodes.some(isFargateNode);
    return groups.length === 0 || hasHome ? [] : [found("DV2130", "NodeGroups", { nodeGroups: groups.length })];
  },
};

const kubelets: AssessmentRule = {
  codes: ["DV2131"],
  needs: ["nodes", "kubernetes version"],
  check: (facts) => {
    const cluster = facts.snapshot.kubernetesVersion ?? "";
    const current = kubernetesMinor(cluster);
    const counts = new Map<string, number>();
    for (const node of groupNodes(facts)) {
      const minor = kubernetesMinor(kubeletVersionOf(node));
      if (minor !== undefined && current !== undefined && minor < current) {
        counts.set(`1.${minor}`, (counts.get(`1.${minor}`) ?? 0) + 1);
      }
    }
    return [...counts].map(([kubelet, nodes]) => found("DV2131", `Kubelet/${kubelet}`, { kubelet, cluster, nodes }));
  },
};

const cordoned: AssessmentRule = {
  codes: ["DV5006", "DV5011"],
  needs: ["nodes"],
  check: (facts) => {
    const nodes = groupNodes(facts)
      .filter((node) => node.spec?.unschedulable === true)
      .map((node) => node.metadata.name);
    const findings: Finding[] = nodes.length === 0 ? [] : [found("DV5006", "Nodes", { nodes: nodes.sort() })];
    for (const node of groupNodes(facts)) findings.push(...staleTaints(node, Date.parse(facts.snapshot.readAt)));
    return findings;
  },
};

/** CA lifts its mark within five minutes when a removal fails; Karpenter's belongs on its own nodes only. */
function staleTaints(node: Node, readAtMs: number): Finding[] {
  return (node.spec?.taints ?? []).flatMap((taint) => {
    const data = { node: node.metadata.name, taint: taint.key };
    const subject = `Node/${node.metadata.name}`;
    if (taint.key === "ToBeDeletedByClusterAutoscaler" && /^\d+$/.test(taint.value ?? "")) {
      const minutes = Math.floor((readAtMs / 1000 - Number(taint.value)) / 60);
      return minutes > 5 ? [found("DV5011", subject, { ...data, age: `for ${minutes} min` })] : [];
    }
    const isKarpenters = taint.key === "karpenter.sh/disrupted" || taint.key === "karpenter.sh/unregistered";
    return isKarpenters ? [found("DV5011", subject, { ...data, age: "on a node that Karpenter does not manage" })] : [];
  });
}

/** All nodes and groups together. */
export const fleetRules: readonly AssessmentRule[] = [
  startupTaints,
  zoneSkew,
  unmanaged,
  strays,
  home,
  kubelets,
  cordoned,
];
