import { expect, test } from "vitest";
import type { NodeClaim } from "./api.ts";
import { isQuietFor } from "./quiet.ts";

const nowMs = Date.parse("2026-11-25T10:01:00Z");

function claim(status: NonNullable<NodeClaim["status"]>): NodeClaim {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: "a" },
    spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" } },
    status,
  };
}

const initialized = (lastTransitionTime: string) => ({
  conditions: [{ type: "Initialized", status: "True", lastTransitionTime }],
});

test.each<[string, NonNullable<NodeClaim["status"]>, bigint, boolean]>([
  ["just as long", { lastPodEventTime: "2026-11-25T10:00:00Z" }, 60_000_000_000n, true],
  ["a nanosecond less", { lastPodEventTime: "2026-11-25T10:00:00Z" }, 60_000_000_001n, false],
  ["since it was initialized", initialized("2026-11-25T10:00:30Z"), 60_000_000_000n, false],
  [
    "by the event, not the start",
    { ...initialized("2026-11-25T10:00:30Z"), lastPodEventTime: "2026-11-25T09:00:00Z" },
    60_000_000_000n,
    true,
  ],
  ["without any time", {}, 60_000_000_000n, true],
  ["with a time that cannot be read", { lastPodEventTime: "soon" }, 60_000_000_000n, true],
  ["with an event yet to come", { lastPodEventTime: "2026-11-25T10:02:00Z" }, 0n, false],
])("a node is quiet: %s", (_, status, duration, expected) => {
  expect(isQuietFor(claim(status), duration, nowMs)).toBe(expected);
});
