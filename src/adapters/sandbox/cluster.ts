import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ResourceName, ResourceTypes } from "../../kube/resources.ts";
import type { Cluster } from "../../ports/cluster.ts";
import type { EvictionAnswer, ListOptions, ObjectRef, PatchType } from "../../kube/requests.ts";
import { evictPod } from "../../twin/store/eviction.ts";
import { str } from "../../twin/store/objects.ts";
import type { Store } from "../../twin/store/store.ts";
import type { Twin } from "../../twin/world/twin.ts";
import { StatusRefusal } from "../../twin/store/refusal.ts";
import { faultOfAnswer } from "../kubernetes/faults.ts";

/** The sandbox's API server as the port that application code uses. Every call passes the fault injector under its name. */
export class SandboxCluster implements Cluster {
  readonly where: { readonly context: string; readonly server: string };
  readonly #twin: Twin;
  readonly #actor: string;

  constructor(twin: Twin, actor = "dovetail") {
    this.#twin = twin;
    this.#actor = actor;
    const [cluster] = twin.account.rows("eks.clusters");
    this.where = {
      context: `sandbox/${twin.name}`,
      server: str(cluster?.["endpoint"] ?? `https://sandbox/${twin.name}`),
    };
  }

  async version(): Promise<{ readonly minor: string; readonly gitVersion: string }> {
    return this.#read("kube:version", () => {
      const version = this.#twin.kubernetesVersion;
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
    const run = (): EvictionAnswer =>
      evictPod(this.#twin.store, { ...pod, actor: this.#actor, nowMs: this.#twin.nowMs });
    return pod.dryRun === true ? this.#read(call, run) : this.#write(call, run);
  }

  async logs(pod: Parameters<Cluster["logs"]>[0]): Promise<string | undefined> {
    return this.#read("kube:logs pods", () => {
      const found = this.#api.find("pods", pod.name, pod.namespace);
      return found === undefined ? undefined : this.#twin.programs.logOf(found);
    });
  }

  async user(): Promise<string | undefined> {
    return this.#read("kube:create selfsubjectreviews", () => "kubernetes-admin");
  }

  async can(verb: string, resource: ResourceName): Promise<boolean> {
    return !this.#twin.faults.isForbidden(`kube:${verb} ${resource}`);
  }

  get #api(): Store {
    return this.#twin.store;
  }

  #read<T>(call: string, run: () => T): T {
    return this.#twin.faults.around(call, false, () => this.#answered(call, run));
  }

  #write<T>(call: string, run: () => T): T {
    return this.#twin.faults.around(call, true, () => this.#answered(call, run));
  }

  // What the store refuses is a fault by the same rules as an answer of a real API server.
  #answered<T>(call: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof StatusRefusal)) throw error;
      const { status } = error;
      const attempt = { doing: call.replace("kube:", ""), server: this.where.server };
      throw faultOfAnswer(attempt, status.code ?? 500, status);
    }
  }
}
