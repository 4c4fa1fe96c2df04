import { expect, test } from "vitest";
import { job, ownedBy, pod, running, together } from "../../test/support/builders.ts";
import { workloadsOf } from "./workload.ts";

test("pods are found under the object a person would edit, not under its ReplicaSet", () => {
  const found = workloadsOf(running({ name: "web", namespace: "shop", replicas: 2 }));
  expect(found.map((one) => [one.subject, one.pods.length, one.replicas])).toEqual([["Deployment/shop/web", 2, 2]]);
});

test("a dump without ReplicaSets still joins pods to their Deployment by the hash in the name", () => {
  const { deployments, pods } = running({ name: "web", replicas: 1 });
  const [one] = pods;
  const labelled = pod({
    name: "web-5d9f7-x",
    labels: { "pod-template-hash": "5d9f7" },
    owners: one?.metadata.ownerReferences ?? [],
    node: "node",
  });
  const found = workloadsOf({ deployments: deployments ?? [], pods: [labelled] });
  expect(found.map((it) => [it.subject, it.pods.length])).toEqual([["Deployment/default/web", 1]]);
});

test("an owner of a kind nobody reads is a workload with the pods' own spec", () => {
  const owners = [{ apiVersion: "example.com/v1", kind: "Trainer", name: "llm", controller: true }];
  const [found] = workloadsOf({ pods: [pod({ name: "llm-0", owners, node: "node" })] });
  expect([found?.subject, found?.object, found?.spec.containers.length]).toEqual(["Trainer/default/llm", undefined, 1]);
});

test("mirror pods, finished pods and finished Jobs are no workloads", () => {
  const done = { ...job({ name: "import" }), status: { conditions: [{ type: "Complete", status: "True" }] } };
  const mirror = pod({ name: "kube-proxy-node", node: "node", annotations: { "kubernetes.io/config.mirror": "x" } });
  const finished = pod({ name: "import-1", node: "node", phase: "Succeeded", owners: [ownedBy(done)] });
  expect(workloadsOf(together({ jobs: [done] }, { pods: [mirror, finished] }))).toEqual([]);
});
