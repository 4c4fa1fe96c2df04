import { expect, test } from "vitest";
import { loadCatalogue } from "../../adapters/disk/catalogue.ts";
import { MemoryFiles } from "../../adapters/sandbox/memory-files.ts";
import { openSandbox } from "../../adapters/sandbox/open.ts";
import { zoneOf } from "../../kube/node.ts";
import { readSnapshot } from "../read/read.ts";
import { discover } from "../read/discover.ts";
import { translateDiscovered } from "../translate/translate.ts";
import { instanceTypeFacts } from "../translate/types.ts";
import { poolsOfTranslation } from "../../forecast/pools.ts";
import { forecast } from "./forecast.ts";

test("ux-05-forecast-of-the-demo: before anything is installed `simulate` forecasts what the migration comes to", async () => {
  const { world } = await openSandbox({ name: "clean", seed: 1, files: new MemoryFiles() });
  const snapshot = await readSnapshot(world, { source: { kind: "sandbox", name: "clean" } });
  const catalogue = loadCatalogue();
  const translation = translateDiscovered(snapshot, discover(snapshot), {
    instanceTypes: instanceTypeFacts(catalogue),
  });
  const request = { snapshot, catalogue, prices: world.prices, host: world.host };
  const [simulation] = await forecast(request, [poolsOfTranslation(translation)]);
  const outcome = simulation?.outcome;

  // As `migrate --plan`, the journal and `verify` say (test/screens/plan.txt, verify.txt): zones kept, Karpenter's own pods counted.
  expect(outcome?.karpenter.totals.nodes).toBe(11);
  expect(outcome?.evictions.pods).toBe(61);
  expect(outcome?.leftAlone?.nodes).toBe(10);
  expect(outcome?.verdict.causes.map(({ code }) => code)).toContain("zones-kept");

  // Every replica of a workload in several zones is planned into the zone that it leaves.
  const zones = new Map((snapshot.objects.nodes ?? []).map((node) => [node.metadata.name, zoneOf(node)]));
  const cache = (snapshot.objects.pods ?? []).filter(({ metadata }) => metadata.name.startsWith("session-cache-"));
  expect(cache.length).toBeGreaterThan(1);
  for (const pod of cache) {
    const planned = outcome?.karpenter.nodes.find(({ pods }) => pods.includes(`payments/${pod.metadata.name}`));
    expect(planned?.zones).toEqual([zones.get(pod.spec.nodeName ?? "")]);
  }
});
