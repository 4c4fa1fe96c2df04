import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClusterObjects } from "../../kube/resources.ts";
import { judge } from "../../../test/support/rule-cases/judge.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import {
  accountOf,
  clusterAutoscaler,
  node,
  nodeGroup,
  pdb,
  pod,
  running,
  snapshot,
  together,
} from "../../../test/support/builders.ts";

const on = ["a", "b", "c"];
const objects = together(
  {
    nodes: on.map((name) => node({ name, nodegroup: "general", instanceId: `i-${name}` })),
    deployments: [clusterAutoscaler()],
  },
  running({ name: "web", replicas: 3, on }),
  running({
    name: "api",
    replicas: 2,
    on,
    templateAnnotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
  }),
  running({ name: "db", kind: "StatefulSet", replicas: 1, on, requests: {} }),
  { pods: [pod({ name: "debug", node: "a" }), pod({ name: "shell", node: "b" })] },
  {
    poddisruptionbudgets: [
      pdb({ name: "web", matchLabels: { app: "web" }, minAvailable: 3 }),
      pdb({ name: "all", matchLabels: {}, maxUnavailable: 1 }),
    ],
  },
);
const groups = accountOf([
  nodeGroup({ name: "general", instanceIds: on.map((name) => `i-${name}`) }),
  nodeGroup({ name: "batch" }),
]);
const judged = (made: Snapshot): unknown => judge(made);

test("the order of objects does not change what is found", () => {
  const before = judged(snapshot({ objects, account: groups }));
  const shuffled = fc
    .constant(objects)
    .chain((all) =>
      fc.record(
        Object.fromEntries(
          Object.entries(all).map(([key, items]) => [
            key,
            fc.shuffledSubarray([...items], { minLength: items.length }),
          ]),
        ),
      ),
    );
  fc.assert(
    fc.property(shuffled, (all) => {
      expect(judged(snapshot({ objects: all as ClusterObjects, account: groups }))).toEqual(before);
    }),
    { numRuns: 30 },
  );
});
