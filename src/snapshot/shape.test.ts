import { expect, test } from "vitest";
import type { JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";
import { shapeProblem } from "./shape.ts";

const containers = [{ name: "app", image: "example/app:1" }];

test.each<[string, ResourceName, JsonObject, string | undefined]>([
  ["a pod with containers is whole", "pods", { spec: { containers } }, undefined],
  ["a pod without a spec", "pods", {}, "has no spec"],
  ["a pod without containers", "pods", { spec: { containers: [] } }, "has no containers"],
  [
    "tolerations that are no list",
    "pods",
    { spec: { containers, tolerations: {} } },
    "has an object at spec.tolerations where a list belongs",
  ],
  [
    "a port that is no list",
    "pods",
    { spec: { containers: [{ name: "a", ports: 80 }] } },
    "has 80 at spec.containers[0].ports where a list belongs",
  ],
  [
    "a label that is a number",
    "pods",
    { metadata: { labels: { version: 1 } }, spec: { containers } },
    "has 1 at metadata.labels.version where a text belongs",
  ],
  ["a Deployment without a template", "deployments", { spec: { replicas: 2 } }, "has no pod template"],
  [
    "a CronJob's template lies deeper",
    "cronjobs",
    { spec: { jobTemplate: { spec: { template: { spec: { containers } } } } } },
    undefined,
  ],
  ["a budget without a spec", "poddisruptionbudgets", {}, "has no spec"],
  ["a ConfigMap needs nothing", "configmaps", {}, undefined],
  [
    "requests that are a list",
    "pods",
    { spec: { containers: [{ name: "a", resources: { requests: [1] } }] } },
    "has a list at spec.containers[0].resources.requests where an object belongs",
  ],
  [
    "a number deep in a template",
    "daemonsets",
    { spec: { template: { spec: { containers, nodeSelector: { "kubernetes.io/os": 5 } } } } },
    'has 5 at spec.template.spec.nodeSelector["kubernetes.io/os"] where a text belongs',
  ],
  [
    "an affinity term without a topology key",
    "pods",
    {
      spec: {
        containers,
        affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } },
      },
    },
    [
      "has nothing at spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey",
      "where a text belongs",
    ].join(" "),
  ],
  [
    "a NodePool whose values are numbers",
    "nodepools",
    {
      spec: {
        template: {
          spec: { nodeClassRef: { name: "a" }, requirements: [{ key: "cpu", operator: "In", values: [4] }] },
        },
      },
    },
    "has 4 at spec.template.spec.requirements[0].values[0] where a text belongs",
  ],
])("%s", (_name, resource, object, problem) => {
  expect(shapeProblem(resource, object)).toBe(problem);
});
