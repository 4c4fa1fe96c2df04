import type { JsonObject } from "../../kube/objects.ts";
import { clusterTag } from "../setup/options.ts";
import type { InstallOptions } from "./options.ts";
import type { InstallFacts } from "./facts.ts";

/** The chart's values: only what differs from its defaults or must not be left to them. Pure: the same facts give the same bytes. */
export function chartValues(facts: InstallFacts, options: InstallOptions): JsonObject {
  return facts.release.line === "v1alpha5" ? alphaValues(facts, options) : settingsValues(facts, options);
}

function settingsValues(facts: InstallFacts, options: InstallOptions): JsonObject {
  const { cluster, release } = facts;
  const needsEndpoint = facts.isIsolated && !facts.hasEksEndpoint;
  return {
    ...commonValues(facts, options),
    settings: {
      clusterName: cluster.name,
      // Karpenter asks EKS itself, unless it cannot reach EKS.
      ...(needsEndpoint ? { clusterEndpoint: cluster.endpoint } : {}),
      ...(facts.queueName === undefined ? {} : { interruptionQueue: facts.queueName }),
      ...(facts.isIsolated ? { isolatedVPC: true } : {}),
      ...(facts.reservedInterfaces > 0 ? { reservedENIs: String(facts.reservedInterfaces) } : {}),
      ...(release.line === "v1" ? { eksControlPlane: true } : {}),
    },
    // Kubernetes before 1.25 cannot evaluate the rules inside the CRDs.
    ...(release.line === "v1beta1" && isBefore125(cluster.version) ? { webhook: { enabled: true } } : {}),
  };
}

function alphaValues(facts: InstallFacts, options: InstallOptions): JsonObject {
  return {
    ...commonValues(facts, options),
    clusterName: facts.cluster.name,
    clusterEndpoint: facts.cluster.endpoint,
    aws: { defaultInstanceProfile: facts.nodeRole },
  };
}

function commonValues(facts: InstallFacts, options: InstallOptions): JsonObject {
  const cpu = options.controllerCpu ?? "1";
  const memory = options.controllerMemory ?? "1Gi";
  const poolLabel = facts.release.line === "v1alpha5" ? "karpenter.sh/provisioner-name" : "karpenter.sh/nodepool";
  return {
    additionalAnnotations: { [clusterTag]: facts.cluster.name },
    serviceAccount: {
      name: facts.serviceAccount,
      ...(facts.identity === "irsa" ? { annotations: { "eks.amazonaws.com/role-arn": facts.controllerRoleArn } } : {}),
    },
    replicas: facts.replicas,
    ...(facts.needsHostNetwork ? { hostNetwork: true } : {}),
    controller: { resources: { requests: { cpu, memory }, limits: { memory } } },
    // A controller on a node of its own making could remove the node under itself.
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: poolLabel, operator: "DoesNotExist" }] }],
        },
      },
    },
  };
}

function isBefore125(version: string): boolean {
  const [major = "1", minor = "0"] = version.split(".");
  return Number(major) === 1 && Number.parseInt(minor, 10) < 25;
}
