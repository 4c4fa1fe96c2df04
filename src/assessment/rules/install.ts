import { kubeletAnnotation } from "../../karpenter/compatibility.ts";
import { kubernetesMinor } from "../../autoscaler/version.ts";
import type { Finding } from "../../findings/finding.ts";
import { clusterRelease } from "../../karpenter/cluster-release.ts";
import { defaultRelease, newestFor, supportsKubernetes } from "../../karpenter/releases.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { isHeld } from "../../karpenter/hold.ts";
import { flagAt, listAt, textAt, textsAt, plainOf } from "../../kube/json.ts";
import type { Facts } from "../facts.ts";
import { titleOf } from "../flags.ts";
import { failureOf, isAutoModePool, isMadeByInstall, mayMakeNodes, poolsOf } from "../pools.ts";
import { found, type AssessmentRule } from "../rule.ts";
import { allWorkloads } from "./needs.ts";

const autoMode: AssessmentRule = {
  codes: ["DV4001"],
  needs: [["account.cluster", "nodepools", "nodes"]],
  betterWith: ["account.cluster"],
  check: (facts) => {
    const isEnabled = flagAt(facts.account?.cluster, "computeConfig", "enabled") === true;
    const pools = (facts.objects.nodepools ?? []).filter(isAutoModePool).map((one) => one.metadata.name);
    const isSeen = facts.nodes.some((node) => node.metadata.labels?.["eks.amazonaws.com/compute-type"] === "auto");
    if (!isEnabled && pools.length === 0 && !isSeen) return [];
    const named = textsAt(facts.account?.cluster, "computeConfig", "nodePools");
    const nodePools = [...new Set([...named, ...pools])].sort();
    return [found("DV4001", facts.clusterSubject, { nodePools, cluster: facts.clusterName })];
  },
};

const otherKarpenter: AssessmentRule = {
  codes: ["DV4002"],
  needs: ["deployments"],
  betterWith: ["nodepools"],
  check: (facts) => {
    // A pool that Dovetail made says that this Karpenter is Dovetail's own (DV5008 and DV5016 tell).
    if (poolsOf(facts.objects).some(isMadeByInstall)) return [];
    return facts.karpenters.map((one) =>
      found("DV4002", `Deployment/${one.namespace}/${one.name}`, {
        deployment: `${one.namespace}/${one.name}`,
        version: one.version ?? "of unknown version",
        replicas: one.replicas,
      }),
    );
  },
};

const karpenterGroups = new Set(["karpenter.sh", "karpenter.k8s.aws"]);

function karpenterCrds(facts: Facts): readonly KubeObject[] {
  return (facts.objects.customresourcedefinitions ?? []).filter((crd) => karpenterGroups.has(groupOf(crd)));
}

function groupOf(crd: KubeObject): string {
  return textAt(plainOf(crd), "spec", "group") ?? crd.metadata.name.slice(crd.metadata.name.indexOf(".") + 1);
}

const crdVersions: AssessmentRule = {
  codes: ["DV4003"],
  needs: ["customresourcedefinitions"],
  check: (facts) =>
    karpenterCrds(facts).flatMap((crd) => {
      const versions = listAt(plainOf(crd), "spec", "versions");
      const served = versions
        .filter((one) => flagAt(one, "served") !== false)
        .flatMap((one) => textAt(one, "name") ?? []);
      // NodeOverlay and CapacityBuffer have no v1 in any release yet.
      const isCurrent = served.includes("v1") || /^(nodeoverlays|capacitybuffers)\./.test(crd.metadata.name);
      if (isCurrent || served.length === 0) return [];
      return [
        found("DV4003", `CustomResourceDefinition/${crd.metadata.name}`, { crd: crd.metadata.name, versions: served }),
      ];
    }),
};

const abandonedCrds: AssessmentRule = {
  codes: ["DV5004"],
  needs: ["customresourcedefinitions", "deployments"],
  check: (facts) => {
    const crds = karpenterCrds(facts)
      .filter((crd) => !isOfAutoMode(facts, crd))
      .map((crd) => crd.metadata.name)
      .sort();
    return crds.length === 0 || facts.karpenters.length > 0
      ? []
      : [found("DV5004", "CustomResourceDefinitions", { crds })];
  },
};

// Auto Mode brings nodepools.karpenter.sh and nodeclaims.karpenter.sh without a controller that could be seen.
function isOfAutoMode(facts: Facts, crd: KubeObject): boolean {
  return flagAt(facts.account?.cluster, "computeConfig", "enabled") === true && groupOf(crd) === "karpenter.sh";
}

const terminationHandler: AssessmentRule = {
  codes: ["DV4005"],
  needs: [["daemonsets", "deployments", "pods"]],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads
      .filter((one) =>
        one.spec.containers.some((container) => /aws-node-termination-handler/.test(container.image ?? "")),
      )
      .map((one) => found("DV4005", one.subject, { workload: one.title })),
};

const kubernetes: AssessmentRule = {
  codes: ["DV4006"],
  needs: ["kubernetes version"],
  check: (facts) => {
    const version = facts.snapshot.kubernetesVersion ?? "";
    // The one that runs, else the one that would be installed.
    const running = clusterRelease(facts.objects);
    const release = running.kind === "known" ? running.release : defaultRelease;
    if (kubernetesMinor(version) === undefined || supportsKubernetes(release, version)) return [];
    const data = {
      kubernetes: version,
      karpenter: release.version,
      min: release.kubernetes.min,
      max: release.kubernetes.max,
      isOlder: (kubernetesMinor(version) ?? 0) < (kubernetesMinor(release.kubernetes.min) ?? 0),
      fitting: newestFor(version)?.version ?? null,
    };
    return [found("DV4006", facts.clusterSubject, data)];
  },
};

const leftObjects: AssessmentRule = {
  codes: ["DV4007", "DV5008", "DV5016"],
  needs: [["nodepools", "provisioners", "ec2nodeclasses", "awsnodetemplates"]],
  betterWith: ["nodepools", "ec2nodeclasses"],
  check: (facts) => {
    const findings: Finding[] = [];
    const held = poolsOf(facts.objects)
      .filter(isHeld)
      .map((one) => one.metadata.name);
    if (held.length > 0) findings.push(found("DV5008", "NodePools", { nodePools: held.sort() }));
    const lists: readonly (readonly [string, readonly KubeObject[] | undefined])[] = [
      ["NodePools", facts.objects.nodepools?.filter((one) => !isAutoModePool(one))],
      ["Provisioners", facts.objects.provisioners],
      ["EC2NodeClasses", facts.objects.ec2nodeclasses],
      ["AWSNodeTemplates", facts.objects.awsnodetemplates],
    ];
    const ours = lists.flatMap(([, objects]) => (objects ?? []).filter((one) => isMadeByInstall(one) && !isHeld(one)));
    if (ours.length > 0) {
      const objects = ours.map((one) => `${one.kind} ${one.metadata.name}`).sort();
      findings.push(found("DV5016", "Karpenter", { objects }));
    }
    for (const [kind, objects] of lists) {
      const names = (objects ?? []).filter((one) => !isMadeByInstall(one)).map((one) => one.metadata.name);
      if (names.length > 0) findings.push(found("DV4007", kind, { kind, names: names.sort() }));
    }
    return findings;
  },
};

const unfinished: AssessmentRule = {
  codes: ["DV4045"],
  needs: ["nodepools"],
  check: (facts) =>
    (facts.objects.nodepools ?? [])
      .filter(({ metadata }) => metadata.annotations?.[kubeletAnnotation] !== undefined)
      .map(({ metadata: { name } }) =>
        found("DV4045", `NodePool/${name}`, { nodePool: name, annotation: kubeletAnnotation }),
      ),
};

const unready: AssessmentRule = {
  codes: ["DV4041", "DV5009"],
  needs: [["nodepools", "ec2nodeclasses", "nodeclaims"]],
  betterWith: ["nodepools", "ec2nodeclasses", "nodeclaims"],
  check: (facts) => {
    const findings: Finding[] = [];
    for (const object of [...(facts.objects.nodepools ?? []), ...(facts.objects.ec2nodeclasses ?? [])]) {
      const reason = failureOf(object, "Ready");
      const subject = `${object.kind}/${object.metadata.name}`;
      if (reason !== undefined) findings.push(found("DV4041", subject, { object: subject, reason }));
    }
    for (const claim of facts.objects.nodeclaims ?? []) {
      const reason = failureOf(claim, "Launched") ?? failureOf(claim, "Registered");
      if (reason === undefined) continue;
      findings.push(found("DV5009", `NodeClaim/${claim.metadata.name}`, { nodeClaim: claim.metadata.name, reason }));
    }
    return findings;
  },
};

const owners: AssessmentRule = {
  codes: ["DV4011", "DV4012", "DV4013", "DV5005"],
  needs: ["deployments"],
  betterWith: ["nodepools"],
  check: (facts) => {
    const running = facts.autoscalers.filter((one) => one.replicas > 0);
    const active = poolsOf(facts.objects)
      .filter((one) => mayMakeNodes(one) && !isAutoModePool(one))
      .map((one) => one.metadata.name)
      .sort();
    const isKarpenterUp = facts.karpenters.some((one) => one.replicas > 0);
    const findings: Finding[] = [];
    if (facts.autoscalers.length === 0) findings.push(found("DV4011", facts.clusterSubject, {}));
    if (running.length > 1) {
      findings.push(found("DV4012", facts.clusterSubject, { deployments: running.map(titleOf) }));
    }
    const [first] = running;
    if (first !== undefined && isKarpenterUp && active.length > 0) {
      const data = { autoscaler: titleOf(first), nodePools: active };
      findings.push(found("DV4013", `Deployment/${titleOf(first)}`, data));
    }
    const [stopped] = facts.autoscalers;
    const isInCharge = isKarpenterUp && (active.length > 0 || facts.objects.nodepools === undefined);
    if (stopped !== undefined && running.length === 0 && !isInCharge) {
      const data = { autoscaler: titleOf(stopped), namespace: stopped.namespace, name: stopped.deployment };
      findings.push(found("DV5005", `Deployment/${titleOf(stopped)}`, data));
    }
    return findings;
  },
};

const ownNodes: AssessmentRule = {
  codes: ["DV5014"],
  needs: ["live pods", "nodes", "deployments"],
  check: (facts) => {
    const managed = new Set(
      facts.nodes
        .filter((node) => node.metadata.labels?.["karpenter.sh/nodepool"] !== undefined)
        .map((node) => node.metadata.name),
    );
    return facts.karpenters.flatMap((one) => {
      const workload = facts.workloadBySubject.get(`Deployment/${one.namespace}/${one.name}`);
      return (workload?.pods ?? [])
        .filter((pod) => managed.has(pod.spec.nodeName ?? ""))
        .map((pod) => {
          const name = `${one.namespace}/${pod.metadata.name}`;
          return found("DV5014", `Pod/${name}`, { pod: name, node: pod.spec.nodeName ?? "" });
        });
    });
  },
};

/** What stands in the way of an installation, or is left of one. */
export const installRules: readonly AssessmentRule[] = [
  autoMode,
  otherKarpenter,
  crdVersions,
  abandonedCrds,
  terminationHandler,
  kubernetes,
  leftObjects,
  unfinished,
  unready,
  owners,
  ownNodes,
];
