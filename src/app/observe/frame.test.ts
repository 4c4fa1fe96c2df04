import { expect, test } from "vitest";
import type { Pod } from "../../kube/objects.ts";
import { placeholderFor } from "../../migration/shift/placeholder.ts";
import { frameOf } from "./frame.ts";

const pending: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop" },
  spec: { containers: [{ name: "c" }] },
  status: { phase: "Pending" },
};

test("ux-16: Dovetail's own placeholders are no pending pods of the user", () => {
  const placeholder = placeholderFor({
    pod: pending,
    zones: [],
    zone: undefined,
    isSpread: false,
    step: "s",
    image: "pause",
  });
  const pods = [pending, { ...pending, ...placeholder, status: pending.status } as Pod];
  expect(frameOf(0, [], pods, undefined)).toMatchObject({ pendingPods: 1, placeholderPods: 1 });
  expect(frameOf(0, [], [pending], undefined)).toMatchObject({ pendingPods: 1, placeholderPods: 0 });
});
