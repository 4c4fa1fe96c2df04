import type { Account } from "../../src/aws/account.ts";
import type { ClusterObjects } from "../../src/kube/resources.ts";
import { type Gap, type Snapshot, snapshotSchema } from "../../src/snapshot/snapshot.ts";
import { account } from "./account.ts";

export * from "./account.ts";
export * from "./objects.ts";
export * from "./pods.ts";

export interface SnapshotInput {
  readonly objects?: ClusterObjects;
  /** `null`: not read, as with a folder of dumps. */
  readonly account?: Account | null;
  readonly gaps?: readonly Gap[];
  readonly clusterName?: string;
  readonly kubernetesVersion?: string;
}

/** A snapshot in which every list that the test does not give was read and is empty. */
export function snapshot(input: SnapshotInput = {}): Snapshot {
  return {
    schema: snapshotSchema,
    readAt: "2026-08-01T12:00:00Z",
    source: { kind: "sandbox", name: "test" },
    clusterName: input.clusterName ?? "test",
    kubernetesVersion: input.kubernetesVersion ?? "1.34",
    objects: { ...emptyObjects, ...input.objects },
    ...(input.account === null ? {} : { account: input.account ?? account() }),
    gaps: input.gaps ?? [],
  };
}

/** Every list read and empty: the base of a snapshot in tests. */
const emptyObjects: ClusterObjects = {
  nodes: [],
  pods: [],
  namespaces: [],
  services: [],
  serviceaccounts: [],
  configmaps: [],
  persistentvolumes: [],
  persistentvolumeclaims: [],
  replicationcontrollers: [],
  events: [],
  deployments: [],
  replicasets: [],
  statefulsets: [],
  daemonsets: [],
  jobs: [],
  cronjobs: [],
  poddisruptionbudgets: [],
  horizontalpodautoscalers: [],
  priorityclasses: [],
  storageclasses: [],
  csinodes: [],
  volumeattachments: [],
  leases: [],
  customresourcedefinitions: [],
  clusterroles: [],
  clusterrolebindings: [],
  nodepools: [],
  nodeclaims: [],
  ec2nodeclasses: [],
  provisioners: [],
  machines: [],
  awsnodetemplates: [],
  nodeclasses: [],
};
