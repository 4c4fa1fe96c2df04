import { expect, test } from "vitest";
import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { revertersOf } from "./owners.ts";

const autoscalers = [{ namespace: "kube-system", deployment: "ca" }] as unknown as readonly AutoscalerInstallation[];

function withMetadata(metadata: object): Snapshot {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "ca", namespace: "kube-system", ...metadata },
  };
  return { objects: { deployments: [deployment] } } as unknown as Snapshot;
}

const flux = { "kustomize.toolkit.fluxcd.io/name": "platform" };

test.each([
  ["nobody", {}, 0],
  [
    "Argo CD by annotation",
    { annotations: { "argocd.argoproj.io/tracking-id": "ops:apps/Deployment:kube-system/ca" } },
    1,
  ],
  ["Argo CD by label", { labels: { "argocd.argoproj.io/instance": "ops" } }, 1],
  ["Flux", { labels: flux }, 1],
  [
    "Flux that was told to leave it",
    { labels: flux, annotations: { "kustomize.toolkit.fluxcd.io/reconcile": "disabled" } },
    0,
  ],
  ["an operator", { ownerReferences: [{ apiVersion: "x/v1", kind: "ClusterAutoscaler", name: "default" }] }, 1],
  // Helm writes when somebody runs it.
  ["Helm", { annotations: { "meta.helm.sh/release-name": "ca" } }, 0],
])("Cluster Autoscaler written by %s", (_who, metadata, count) => {
  const found = revertersOf(withMetadata(metadata), autoscalers, []);
  expect(found).toHaveLength(count);
  for (const { subject, fix } of found) {
    expect(subject).toBe("Deployment/kube-system/ca");
    expect(fix).toContain("until the migration is over");
  }
});

test("a node group that a reconciler tagged is named with it, one of eksctl's is not", () => {
  const group = (key: string): NodeGroup =>
    ({ name: key, autoScalingGroup: { Tags: [{ Key: key, Value: "x" }] } }) as unknown as NodeGroup;
  const groups = ["crossplane-name", "alpha.eksctl.io/nodegroup-name", "services.k8s.aws/namespace"].map(group);
  expect(revertersOf(withMetadata({}), autoscalers, groups).map(({ subject }) => subject)).toEqual([
    "NodeGroup/crossplane-name",
    "NodeGroup/services.k8s.aws/namespace",
  ]);
});
