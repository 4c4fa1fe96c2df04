import type { ChartRequest } from "../../../kube/helm.ts";
import type { Reading } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { sameDocument } from "../../../aws/document.ts";

/** A Helm release with its values. `before` is the revision that undo rolls back to, or null when there was none. */
export const helmReleaseHandler: StepHandler<"helm-release"> = {
  async observe(step, world) {
    const request = step.params.request;
    const release = await world.charts.release(request.release, request.namespace);
    if (release === undefined) return { state: "pending", detail: `release ${request.release} does not exist` };
    if (release.status !== "deployed") {
      return { state: "pending", detail: `release ${request.release} is ${release.status}` };
    }
    const difference = await differenceOf(request, release.chart, world);
    if (difference !== undefined) return { state: "pending", detail: difference };
    const after = { revision: release.revision, chart: release.chart, appVersion: release.appVersion };
    return { state: "done", after, detail: `release ${request.release} is deployed, revision ${release.revision}` };
  },
  async record(step, world) {
    const { release: name, namespace } = step.params.request;
    const release = await world.charts.release(name, namespace);
    // A release that never came up has nothing worth going back to.
    return release === undefined || release.status === "failed" || release.status.startsWith("pending")
      ? null
      : { revision: release.revision, chart: release.chart };
  },
  async act(step, _before, world) {
    await world.charts.install(step.params.request);
  },
  async undo(step, before, _after, world) {
    const { release: name, namespace } = step.params.request;
    const release = await world.charts.release(name, namespace);
    if (release === undefined) return { kind: "undone" };
    if (before === null) await world.charts.uninstall(name, namespace);
    else await world.charts.rollback(name, namespace, before.revision);
    return { kind: "undone" };
  },
};

async function differenceOf(request: ChartRequest, chart: string, world: Reading): Promise<string | undefined> {
  if (request.version !== undefined && !chart.endsWith(`-${request.version}`)) {
    return `release ${request.release} holds ${chart}, not version ${request.version}`;
  }
  const values = await world.charts.values(request.release, request.namespace);
  return sameDocument(values ?? {}, request.values) ? undefined : `release ${request.release} has other values`;
}
