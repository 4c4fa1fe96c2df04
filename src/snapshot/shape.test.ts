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
    "has tolerations that are no list",
  ],
  [
    "a port that is no list",
    "pods",
    { spec: { containers: [{ name: "a", ports: 80 }] } },
    "has a container whose ports are no list",
  ],
  [
    "a label that is a number",
    "pods",
    { metadata: { labels: { version: 1 } }, spec: { containers } },
    "has metadata.labels that are no texts",
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
])("%s", (_name, resource, object, problem) => {
  expect(shapeProblem(resource, object)).toBe(problem);
});
