import { type ResourceInfo, type ResourceName, resources } from "../../kube/resources.ts";
import { Fault } from "../../fault/fault.ts";
import type { Transport } from "./transport.ts";

/** Groups whose resources exist only when somebody installed them, in one of several versions. */
const installedGroups = new Set(["karpenter.sh", "karpenter.k8s.aws", "eks.amazonaws.com"]);

/** Finds in which version a resource is served. Only findings are remembered: a CRD may be installed at any moment. */
export class ResourcePaths {
  readonly #transport: Transport;
  readonly #served = new Map<ResourceName, ResourceInfo>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The resource as this server has it. Throws `kube.AbsentApi` when it serves no version of it. */
  async infoOf(resource: ResourceName): Promise<ResourceInfo> {
    const preferred = resources[resource];
    if (!installedGroups.has(preferred.group)) return preferred;
    const known = this.#served.get(resource);
    if (known !== undefined) return known;
    for (const version of await this.#versionsOf(preferred.group, preferred.version)) {
      const answer = await this.#transport.send({
        method: "GET",
        path: `/apis/${preferred.group}/${version}`,
        doing: `discover ${resource}`,
        accept: [404],
      });
      if (answer.status !== 404 && serves(answer.body, resource)) {
        const info = { ...preferred, version };
        this.#served.set(resource, info);
        return info;
      }
    }
    throw new Fault("kube.AbsentApi", `the cluster has no ${resource} (${preferred.group})`);
  }

  /** Forgets a version that turned out to be gone. */
  forget(resource: ResourceName): void {
    this.#served.delete(resource);
  }

  // The preferred version of ours first, then the server's order.
  async #versionsOf(group: string, preferred: string): Promise<readonly string[]> {
    const answer = await this.#transport.send({
      method: "GET",
      path: `/apis/${group}`,
      doing: `discover ${group}`,
      accept: [404],
    });
    const body = answer.body;
    if (answer.status === 404 || typeof body !== "object" || body === null || !("versions" in body)) return [];
    const versions = Array.isArray(body.versions) ? body.versions : [];
    const names = versions.flatMap((one: unknown) =>
      typeof one === "object" && one !== null && "version" in one && typeof one.version === "string"
        ? [one.version]
        : [],
    );
    return [...names.filter((name) => name === preferred), ...names.filter((name) => name !== preferred)];
  }
}

/** URL path of a collection or, with a name, of one object. */
export function pathOf(
  resource: ResourceName,
  info: ResourceInfo,
  at: { readonly namespace?: string; readonly name?: string; readonly subresource?: string } = {},
): string {
  const root = info.group === "" ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
  const namespace =
    info.namespaced && at.namespace !== undefined ? `/namespaces/${encodeURIComponent(at.namespace)}` : "";
  const name = at.name === undefined ? "" : `/${encodeURIComponent(at.name)}`;
  return `${root}${namespace}/${resource}${name}${at.subresource === undefined ? "" : `/${at.subresource}`}`;
}

function serves(body: unknown, resource: ResourceName): boolean {
  if (typeof body !== "object" || body === null || !("resources" in body) || !Array.isArray(body.resources))
    return false;
  return body.resources.some(
    (one: unknown) => typeof one === "object" && one !== null && "name" in one && one.name === resource,
  );
}
