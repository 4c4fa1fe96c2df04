import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ResourceName, ResourceTypes } from "../../kube/resources.ts";
import type { Cluster } from "../../ports/cluster.ts";
import type { EvictionAnswer, ListOptions, ObjectRef, PatchType } from "../../kube/requests.ts";
import { controllerLog } from "../../twin/actors/karpenter/log.ts";
import { evictPod } from "../../twin/actors/budgets.ts";
import type { Sandbox } from "../../twin/world/sandbox.ts";
import type { Actor } from "../../twin/world/state.ts";
import { str } from "../../twin/store/objects.ts";

/** The sandbox's API server as the port that application code uses. Every call passes the fault injector under its name. */
export class SandboxCluster implements Cluster {
  readonly where: { readonly context: string; readonly server: string };
  readonly #sandbox: Sandbox;
  readonly #actor: Actor;

  constructor(sandbox: Sandbox, actor: Actor = "dovetail") {
    this.#sandbox = sandbox;
    this.#actor = actor;
    const { state } = sandbox.core;
    const cluster = Object.values(state.aws.tables["eks.clusters"] ?? {})[0];
    this.where = {
      context: `sandbox/${state.name}`,
      server: str(cluster?.["endpoint"] ?? `https://sandbox/${state.name}`),
    };
  }

  async version(): Promise<{ readonly minor: string; readonly gitVersion: string }> {
    return this.#read("kube:version", () => {
      const version = this.#sandbox.core.state.kubernetesVersion;
      return { minor: version.split(".").slice(0, 2).join("."), gitVersion: `v${version}-eks-5a1b2c3` };
    });
  }

  async list<R extends ResourceName>(resource: R, options: ListOptions = {}): Promise<readonly ResourceTypes[R][]> {
    return this.#read(`kube:list ${resource}`, () => this.#api.list(resource, options));
  }

  async get<R extends ResourceName>(ref: ObjectRef & { readonly resource: R }): Promise<ResourceTypes[R] | undefined> {
    return this.#read(`kube:get ${ref.resource} ${ref.name}`, () => this.#api.get(ref));
  }

  async create(resource: ResourceName, object: KubeObject & JsonObject): Promise<KubeObject> {
    return this.#write(`kube:create ${resource} ${object.metadata.name}`, () =>
      this.#api.create(this.#actor, resource, object),
    );
  }

  async apply(
    resource: ResourceName,
    object: KubeObject & JsonObject,
    options: { readonly force?: boolean; readonly dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const call = `kube:apply ${resource} ${object.metadata.name}`;
    const run = (): KubeObject => this.#api.apply(this.#actor, resource, object, options);
    return options.dryRun === true ? this.#read(call, run) : this.#write(call, run);
  }

  async patch(
    ref: ObjectRef,
    type: PatchType,
    body: Json,
    options: { readonly subresource?: string; readonly dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const { subresource, dryRun } = options;
    const call = `kube:patch ${ref.resource} ${ref.name}`;
    const patch = {
      type,
      body,
      ...(subresource === undefined ? {} : { subresource }),
      ...(dryRun === undefined ? {} : { isDryRun: dryRun }),
    };
    const run = (): KubeObject => this.#api.patch(this.#actor, ref, patch);
    return dryRun === true ? this.#read(call, run) : this.#write(call, run);
  }

  async replace(ref: ObjectRef, object: KubeObject & JsonObject): Promise<KubeObject> {
    return this.#write(`kube:replace ${ref.resource} ${ref.name}`, () => this.#api.replace(this.#actor, ref, object));
  }

  async delete(ref: ObjectRef, options: { readonly uid?: string } = {}): Promise<void> {
    const guard = options.uid === undefined ? {} : { uid: options.uid };
    return this.#write(`kube:delete ${ref.resource} ${ref.name}`, () => this.#api.delete(this.#actor, ref, guard));
  }

  async evict(pod: Parameters<Cluster["evict"]>[0]): Promise<EvictionAnswer> {
    const call = `kube:evict pods ${pod.namespace}/${pod.name}`;
    const run = (): EvictionAnswer => evictPod(this.#sandbox.core, this.#actor, pod);
    return pod.dryRun === true ? this.#read(call, run) : this.#write(call, run);
  }

  async logs(pod: Parameters<Cluster["logs"]>[0]): Promise<string | undefined> {
    return this.#read("kube:logs pods", () => controllerLog(this.#sandbox.core, pod));
  }

  async can(verb: string, resource: ResourceName): Promise<boolean> {
    return !this.#sandbox.core.faults.isForbidden(`kube:${verb} ${resource}`);
  }

  get #api(): Sandbox["core"]["api"] {
    return this.#sandbox.core.api;
  }

  #read<T>(call: string, run: () => T): T {
    return this.#sandbox.core.faults.around(call, false, run);
  }

  #write<T>(call: string, run: () => T): T {
    return this.#sandbox.core.faults.around(call, true, run);
  }
}
