import { expect, test } from "vitest";
import { openTwin } from "../../adapters/sandbox/open.ts";
import { sandboxMarket } from "../../adapters/sandbox/prices.ts";
import type { Pod } from "../../kube/objects.ts";
import { buildSample, samples } from "../samples/build.ts";
import type { Twin } from "../world/twin.ts";
import { FeedCheckers } from "./feed.ts";

function clean(): Twin {
  const sample = samples.get("clean");
  if (sample === undefined) throw new Error("there is no such sample");
  return openTwin(buildSample(sample, 1, sandboxMarket()));
}

function podsOf(twin: Twin, name: string): readonly Pod[] {
  return twin.store.all("pods").filter((pod) => pod.metadata.labels?.["app.kubernetes.io/name"] === name);
}

function broken(twin: Twin, run: () => void): readonly string[] {
  const checkers = new FeedCheckers(twin);
  run();
  return checkers.finish().breaches.map(({ what }) => what);
}

test("an hour in which nobody does anything breaks nothing", () => {
  const twin = clean();
  expect(broken(twin, () => twin.advance(3_600_000))).toEqual([]);
});

test("evictions beyond a budget are found although the budget was not asked", () => {
  const twin = clean();
  const [first, second] = podsOf(twin, "cart");
  const evict = (pod: Pod | undefined): void =>
    twin.store.delete(
      "someone",
      { resource: "pods", name: pod?.metadata.name ?? "", namespace: "storefront" },
      { verb: "evict" },
    );
  expect(broken(twin, () => evict(first))).toEqual([]);
  expect(broken(twin, () => evict(second))).toEqual([
    expect.stringMatching(/someone evicted storefront\/cart-.*: 3 healthy pods left, cart wants 4/),
  ]);
});

test("a pod deleted by somebody who may not is found, one deleted by its owner is not", () => {
  const twin = clean();
  const [pod] = podsOf(twin, "pricing");
  const ref = { resource: "pods", name: pod?.metadata.name ?? "", namespace: "catalog" } as const;
  const wrong = broken(twin, () => {
    twin.store.delete("dovetail", ref);
    twin.advance(120_000);
  });
  expect(wrong).toEqual([`dovetail took pod catalog/${pod?.metadata.name ?? ""} away without an eviction`]);
  const scaled = broken(twin, () => {
    twin.store.patch(
      "someone",
      { resource: "deployments", namespace: "catalog", name: "pricing" },
      { type: "merge", body: { spec: { replicas: 1 } } },
    );
    twin.advance(120_000);
  });
  expect(scaled).toEqual([]);
});

test("a node that is asked for more than it has is found", () => {
  const twin = clean();
  const [pod] = podsOf(twin, "pricing");
  const large = { requests: { cpu: "3500m" } };
  const wrong = broken(twin, () => {
    if (pod === undefined) return;
    const { nodeName: _, ...spec } = pod.spec;
    const bare = { apiVersion: "v1", kind: "Pod", metadata: { name: "large", namespace: "catalog" } };
    const made = { ...bare, spec: { ...spec, containers: [{ name: "main", resources: large }] } };
    twin.store.make("someone", "pods", made);
    const stored = twin.store.find("pods", "large", "catalog");
    if (stored !== undefined)
      twin.store.put("someone", "pods", { ...stored, spec: { ...stored.spec, nodeName: pod.spec.nodeName ?? "" } });
  });
  expect(wrong).toEqual([expect.stringContaining("pods ask more cpu of node")]);
});
