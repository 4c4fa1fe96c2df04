import { isObject } from "../../../kube/json.ts";
import type { World, Reading } from "../../../ports/world.ts";
import type { ChartRequest } from "../../../kube/helm.ts";
import { Fault } from "../../../fault/fault.ts";
import type { StepHandler } from "../../run/handler.ts";
import { type InstallManifest, installManifestOf } from "../../../migration/install/options.ts";
import { documentsOf } from "../../../yaml/documents.ts";

/** CRDs that a chart carries in its crds folder: helm would install them but never remove them, so they are a step of their own. */
export const chartCrdsHandler: StepHandler<"chart-crds"> = {
  async observe(step, world) {
    const there = await namesOfCrds(world);
    const missing = step.params.names.filter((name) => !there.includes(name));
    if (missing.length > 0) return { state: "pending", detail: `CRD ${missing.join(", ")} does not exist` };
    return { state: "done", after: { names: there }, detail: "the CRDs are there" };
  },
  async record(_step, world) {
    return { names: await namesOfCrds(world) };
  },
  async act(step, _before, world) {
    const crds = await crdsOf(step.params.request, world);
    const missing = step.params.names.filter((name) => !crds.some((crd) => crd.metadata.name === name));
    if (missing.length > 0) {
      throw new Fault("install.no-crds", `the chart carries no CRD ${missing.join(", ")}`, {
        hint: "pass --crd-chart of the chart that does",
      });
    }
    for (const crd of crds) await world.cluster.apply("customresourcedefinitions", crd);
  },
  async undo(step, before, _after, world) {
    const had = before.names;
    const made = (await crdsOf(step.params.request, world)).map((crd) => crd.metadata.name);
    const there = await namesOfCrds(world);
    for (const name of made.filter((one) => there.includes(one) && !had.includes(one))) {
      await world.cluster.delete({ resource: "customresourcedefinitions", name });
    }
    return { kind: "undone" };
  },
};

async function crdsOf(request: ChartRequest, world: World): Promise<readonly InstallManifest[]> {
  return documentsOf(`chart ${request.chart}`, await world.charts.template(request))
    .filter(isObject)
    .filter((one) => one["kind"] === "CustomResourceDefinition")
    .map(installManifestOf);
}

async function namesOfCrds(world: Reading): Promise<readonly string[]> {
  const all = await world.cluster.list("customresourcedefinitions");
  return all.map((crd) => crd.metadata.name).filter((name) => /\.karpenter\.(sh|k8s\.aws)$/.test(name));
}
