import type { ResourceName } from "../kube/resources.ts";
import type { FieldShape } from "./fields.ts";
import {
  amounts,
  claimSpec,
  conditions,
  labelSelector,
  list,
  metadata,
  nodeSelector,
  pod,
  podSpec,
  containerResources,
  taints,
  textList,
  textsByKey,
  tolerations,
} from "./pod-shapes.ts";

/**
 * The types of every field that a decision reads, as `src/kube/objects.ts` and `src/karpenter/api.ts` declare them. An API server never
 * serves anything else; files written by hand do.
 */
export function fieldShapeOf(resource: ResourceName): FieldShape {
  return byResource[resource] ?? plainObject;
}

const plainObject: FieldShape = { fields: { metadata } };

const workloadSpec: FieldShape = {
  fields: {
    replicas: "integer",
    parallelism: "integer",
    completions: "integer",
    suspend: "flag",
    selector: labelSelector,
    template: { fields: { metadata, spec: podSpec } },
    strategy: "object",
    updateStrategy: "object",
    volumeClaimTemplates: list({ metadata, spec: claimSpec }, "metadata", "spec"),
  },
};
const workload: FieldShape = { fields: { metadata, spec: workloadSpec, status: "object" } };
// Its selector is a plain map of labels, which nothing reads.
const replicationController: FieldShape = {
  fields: { metadata, spec: { fields: { replicas: "integer", template: { fields: { metadata, spec: podSpec } } } } },
};

const requirements = list({ key: "text", operator: "text", values: textList, minValues: "integer" }, "key", "operator");
const nodeClassRef: FieldShape = {
  fields: { group: "text", kind: "text", name: "text" },
  // Older versions of the API know no group.
  needs: ["name"],
};
const nodeFacts: Readonly<Record<string, FieldShape>> = {
  requirements,
  taints,
  startupTaints: taints,
  nodeClassRef,
  expireAfter: "text",
  terminationGracePeriod: "text",
};

// Names of roles may hold colons and capitals.
const role: FieldShape = { fields: { metadata: { fields: { name: "owner name" } } } };

const byResource: Readonly<Partial<Record<ResourceName, FieldShape>>> = {
  pods: pod,
  clusterroles: role,
  clusterrolebindings: role,
  limitranges: {
    fields: {
      metadata,
      spec: {
        fields: {
          limits: list({ type: "text", default: amounts, defaultRequest: amounts, max: amounts, min: amounts }),
        },
      },
    },
  },
  runtimeclasses: {
    fields: {
      metadata,
      overhead: { fields: { podFixed: amounts } },
      scheduling: { fields: { nodeSelector: textsByKey, tolerations } },
    },
  },
  nodes: {
    fields: {
      metadata,
      spec: { fields: { providerID: "text", unschedulable: "flag", taints } },
      status: {
        fields: {
          capacity: amounts,
          allocatable: amounts,
          conditions,
          addresses: list({ type: "text", address: "text" }, "type", "address"),
          nodeInfo: "object",
        },
      },
    },
  },
  deployments: workload,
  replicasets: workload,
  statefulsets: workload,
  daemonsets: workload,
  jobs: workload,
  replicationcontrollers: replicationController,
  cronjobs: { fields: { metadata, spec: { fields: { jobTemplate: { fields: { spec: workloadSpec } } } } } },
  poddisruptionbudgets: {
    fields: {
      metadata,
      spec: {
        fields: {
          selector: labelSelector,
          minAvailable: "amount",
          maxUnavailable: "amount",
          unhealthyPodEvictionPolicy: "text",
        },
      },
      status: {
        fields: {
          disruptionsAllowed: "integer",
          currentHealthy: "integer",
          desiredHealthy: "integer",
          expectedPods: "integer",
          observedGeneration: "integer",
          conditions,
        },
      },
    },
  },
  persistentvolumeclaims: { fields: { metadata, spec: claimSpec, status: { fields: { phase: "text" } } } },
  persistentvolumes: {
    fields: {
      metadata,
      spec: {
        fields: {
          nodeAffinity: { fields: { required: nodeSelector } },
          csi: { fields: { driver: "text", volumeHandle: "text" }, needs: ["driver"] },
          awsElasticBlockStore: "object",
          local: "object",
          hostPath: "object",
          storageClassName: "text",
          claimRef: { fields: { namespace: "text", name: "text" } },
        },
      },
      status: { fields: { phase: "text" } },
    },
  },
  storageclasses: {
    fields: {
      metadata,
      provisioner: "text",
      volumeBindingMode: "text",
      allowedTopologies: list({ matchLabelExpressions: list({ key: "text", values: textList }, "key", "values") }),
      parameters: textsByKey,
    },
    needs: ["provisioner"],
  },
  csinodes: {
    fields: {
      metadata,
      spec: { fields: { drivers: list({ name: "text", allocatable: { fields: { count: "integer" } } }, "name") } },
    },
  },
  configmaps: { fields: { metadata, data: textsByKey } },
  priorityclasses: {
    fields: { metadata, value: "integer", globalDefault: "flag", preemptionPolicy: "text" },
    needs: ["value"],
  },
  nodepools: {
    fields: {
      metadata,
      spec: {
        fields: {
          weight: "integer",
          replicas: "integer",
          limits: amounts,
          disruption: {
            fields: {
              consolidationPolicy: "text",
              consolidateAfter: "text",
              budgets: list({ nodes: "text", schedule: "text", duration: "text", reasons: textList }, "nodes"),
            },
          },
          template: {
            fields: {
              metadata: { fields: { labels: textsByKey, annotations: textsByKey } },
              spec: { fields: nodeFacts, needs: ["nodeClassRef"] },
            },
          },
        },
      },
      status: "object",
    },
  },
  nodeclaims: {
    fields: {
      metadata,
      spec: { fields: { ...nodeFacts, resources: containerResources }, needs: ["nodeClassRef"] },
      status: {
        fields: { nodeName: "text", providerID: "text", capacity: amounts, allocatable: amounts, conditions },
      },
    },
    needs: ["spec"],
  },
};
