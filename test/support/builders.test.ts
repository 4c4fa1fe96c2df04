import { expect, test } from "vitest";
import { accountOf, nodeGroup, running, snapshot, together } from "./builders.ts";

test("running workloads bring their owners and one pod per replica", () => {
  const objects = together(
    running({ name: "web", replicas: 3, on: ["a", "b"] }),
    running({ name: "db", kind: "StatefulSet" }),
  );
  expect(objects.pods?.map((pod) => [pod.metadata.name, pod.spec.nodeName])).toEqual([
    ["web-5d9f7-0", "a"],
    ["web-5d9f7-1", "b"],
    ["web-5d9f7-2", "a"],
    ["db-0", "node"],
  ]);
  expect(objects.replicasets?.[0]?.metadata.ownerReferences?.[0]?.name).toBe("web");
});

test("a snapshot has every list read, also those that the test leaves out", () => {
  const made = snapshot({ account: accountOf([nodeGroup({ name: "general" })]) });
  expect(made.objects.poddisruptionbudgets).toEqual([]);
  expect(made.account?.autoScalingGroups?.[0]?.["AutoScalingGroupName"]).toBe("eks-general-1a2b");
});
