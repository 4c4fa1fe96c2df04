import { describe, expect } from "vitest";
import type { Charts } from "../../src/ports/charts.ts";
import type { ChartRequest } from "../../src/kube/helm.ts";
import { promise, type Skip } from "./contract.ts";

/** Helm to try, with a chart that can be installed there and values for it. */
export interface ChartsPlace {
  readonly charts: Charts;
  readonly request: ChartRequest;
}

/** What every Charts promises. */
export function chartsContract(options: {
  readonly name: string;
  readonly make: () => Promise<ChartsPlace>;
  readonly skip?: readonly Skip[];
}): void {
  const { make, skip = [] } = options;
  describe(`charts: ${options.name}`, () => {
    promise(skip, "says its version and the command it would run", async () => {
      const { charts, request } = await make();
      expect(await charts.version()).toMatch(/^\d+\.\d+/);
      expect(charts.commandLine(request).join(" ")).toContain(`upgrade --install ${request.release}`);
    });

    promise(skip, "renders manifests without touching the cluster", async () => {
      const { charts, request } = await make();
      expect(await charts.template(request)).toContain("kind: ");
      expect(await charts.release(request.release, request.namespace)).toBeUndefined();
    });

    promise(skip, "installs, installs again as a new revision, remembers the values, and uninstalls", async () => {
      const { charts, request } = await make();
      const first = await charts.install(request);
      expect(first).toMatchObject({
        name: request.release,
        namespace: request.namespace,
        status: "deployed",
        revision: 1,
      });
      const second = await charts.install(request);
      expect(second.revision).toBe(2);
      expect((await charts.releases()).map((one) => one.name)).toContain(request.release);
      expect(await charts.values(request.release, request.namespace)).toEqual(request.values);
      await charts.uninstall(request.release, request.namespace);
      expect(await charts.release(request.release, request.namespace)).toBeUndefined();
      expect(await charts.values(request.release, request.namespace)).toBeUndefined();
    });

    promise(skip, "a chart that does not exist cannot be pulled", async () => {
      const { charts, request } = await make();
      const absent = { ...request, release: "absent", chart: "/no/such/chart" };
      await expect(charts.install(absent)).rejects.toMatchObject({ code: "helm.pull" });
    });
  });
}
