import { isResourceName } from "../../kube/resources.ts";
import { defaultRelease } from "../../karpenter/releases.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { Charts } from "../../ports/charts.ts";
import type { ChartRelease, ChartRequest } from "../../kube/helm.ts";
import { Fault } from "../../fault/fault.ts";
import { chartObjects } from "../../twin/actors/karpenter/chart.ts";
import type { ChartObject } from "../../twin/actors/karpenter/chart-object.ts";
import type { Twin } from "../../twin/world/twin.ts";
import type { ReleaseState } from "../../twin/world/state.ts";
import { writeYaml } from "../../yaml/write.ts";

/** Helm for the sandbox: it knows the Karpenter charts and makes their objects, nothing else. */
export class SandboxCharts implements Charts {
  readonly #twin: Twin;

  constructor(twin: Twin) {
    this.#twin = twin;
  }

  async version(): Promise<string> {
    return "3.18.6";
  }

  commandLine(request: ChartRequest): readonly string[] {
    const version = request.version === undefined ? [] : ["--version", request.version];
    const namespace = [
      "--namespace",
      request.namespace,
      ...(request.createNamespace === true ? ["--create-namespace"] : []),
    ];
    return [
      "helm",
      "upgrade",
      "--install",
      request.release,
      request.chart,
      ...version,
      ...namespace,
      "--values",
      "-",
      "--timeout",
      `${Math.ceil(request.timeoutMs / 1000)}s`,
    ];
  }

  async install(request: ChartRequest): Promise<ChartRelease> {
    return this.#around(`helm:install ${request.release}`, true, () => {
      const twin = this.#twin;
      if (request.createNamespace === true && twin.store.find("namespaces", request.namespace) === undefined) {
        twin.store.create("helm", "namespaces", {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: request.namespace },
        });
      }
      const all = objectsOf(request);
      for (const { resource, object } of all.filter((one) => one.isOfCrdFolder === true))
        if (twin.store.find(resource, object.metadata.name) === undefined) twin.store.create("helm", resource, object);
      const made = all.filter((one) => one.isOfCrdFolder !== true);
      const names = made.map((one) => nameOf(one));
      const old = twin.releases[key(request.release, request.namespace)];
      for (const one of made) twin.store.apply("helm", one.resource, one.object, { force: true });
      for (const gone of old?.objects ?? []) if (!names.includes(gone)) this.#remove(gone);
      const release = releaseOf(request, (old?.revision ?? 0) + 1, { nowMs: twin.nowMs, objects: names });
      twin.releases[key(request.release, request.namespace)] = release;
      return shown(release);
    });
  }

  async template(request: ChartRequest): Promise<string> {
    return objectsOf(request)
      .map((one) => writeYaml(one.object))
      .join("---\n");
  }

  async release(name: string, namespace: string): Promise<ChartRelease | undefined> {
    const found = this.#twin.releases[key(name, namespace)];
    return found === undefined ? undefined : shown(found);
  }

  async releases(): Promise<readonly ChartRelease[]> {
    return Object.values(this.#twin.releases).map(shown);
  }

  async values(name: string, namespace: string): Promise<JsonObject | undefined> {
    return this.#twin.releases[key(name, namespace)]?.values;
  }

  async uninstall(name: string, namespace: string): Promise<void> {
    this.#around(`helm:uninstall ${name}`, true, () => {
      const { releases } = this.#twin;
      const found = releases[key(name, namespace)];
      if (found === undefined) throw new Fault("helm.failed", `uninstall: release: not found: ${name}`);
      // Helm leaves what came from a chart's `crds/` folder.
      for (const object of [...found.objects].reverse()) this.#remove(object);
      delete releases[key(name, namespace)];
    });
  }

  async rollback(name: string, namespace: string): Promise<void> {
    throw new Fault("helm.failed", `rollback: the sandbox keeps no earlier revision of ${namespace}/${name}`);
  }

  #remove(object: string): void {
    const [resource = "", path = ""] = object.split(" ");
    if (!isResourceName(resource)) return;
    const [namespace, name] = path.includes("/") ? path.split("/") : [undefined, path];
    const ref = {
      resource,
      name: name ?? path,
      ...(namespace === undefined ? {} : { namespace }),
    };
    this.#twin.store.delete("helm", ref);
  }

  #around<T>(call: string, isWrite: boolean, run: () => T): T {
    return this.#twin.faults.around(call, isWrite, run);
  }
}

function objectsOf(request: ChartRequest): readonly ChartObject[] {
  const found = chartObjects(request);
  if (found !== undefined) return found;
  throw new Fault("helm.pull", `the sandbox has no chart ${request.chart}`, {
    hint: "the sandbox knows the Karpenter charts only",
  });
}

function key(name: string, namespace: string): string {
  return `${namespace}/${name}`;
}

function nameOf(one: ChartObject): string {
  const { namespace, name } = one.object.metadata;
  return `${one.resource} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

function releaseOf(
  request: ChartRequest,
  revision: number,
  made: { readonly nowMs: number; readonly objects: readonly string[] },
): ReleaseState {
  const file = request.chart.split("/").at(-1) ?? request.chart;
  // A chart that is a file has its version in its name.
  const [, name = file, ofFile] = /^(.*?)-v?(\d+\.\d+\.\d+)\.tgz$/.exec(file) ?? [];
  const version = request.version ?? ofFile ?? defaultRelease.version;
  return {
    name: request.release,
    namespace: request.namespace,
    status: "deployed",
    revision,
    chart: `${name}-${version}`,
    appVersion: version,
    updated: new Date(made.nowMs).toISOString(),
    values: request.values,
    objects: made.objects,
  };
}

function shown(release: ReleaseState): ChartRelease {
  const { values: _, objects: __, ...rest } = release;
  return rest;
}
