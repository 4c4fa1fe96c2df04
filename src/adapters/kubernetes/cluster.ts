import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ResourceInfo, ResourceName, ResourceTypes } from "../../kube/resources.ts";
import { selectorMatches } from "../../kube/selector.ts";
import type { Cluster } from "../../ports/cluster.ts";
import type { EvictionAnswer, ListOptions, ObjectRef, PatchType } from "../../kube/requests.ts";
import { Fault } from "../../fault/fault.ts";
import { textAt, valueAt } from "../../kube/json.ts";
import type { Outside } from "../http/outside.ts";
import { faultOfAnswer, statusOf } from "./faults.ts";
import type { ChosenKubeconfig } from "./kubeconfig/choose.ts";
import { objectOfAnswer, listAll } from "./list.ts";
import { pathOf, ResourcePaths } from "./resource-paths.ts";
import { type Answer, type Request, Transport } from "./transport.ts";

const fieldManager = "dovetail";
const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

/** A real API server, through a kubeconfig. */
export class KubernetesCluster implements Cluster {
  readonly where: { readonly context: string; readonly server: string };
  readonly #transport: Transport;
  readonly #paths: ResourcePaths;

  constructor(chosen: ChosenKubeconfig, outside: Outside = {}) {
    this.where = { context: chosen.context, server: chosen.server };
    this.#transport = new Transport(chosen, outside);
    this.#paths = new ResourcePaths(this.#transport);
  }

  async version(): Promise<{ readonly minor: string; readonly gitVersion: string }> {
    const { body } = await this.#transport.send({
      method: "GET",
      path: "/version",
      doing: "read the server's version",
    });
    const gitVersion = textAt(body, "gitVersion") ?? "";
    const minor = /^v?(\d+\.\d+)/.exec(gitVersion)?.[1];
    if (minor === undefined) {
      throw new Fault("kube.InvalidResponse", `${this.where.server} is not a Kubernetes API server`, {
        hint: "check the server's address in the kubeconfig",
      });
    }
    return { minor, gitVersion };
  }

  async list<R extends ResourceName>(resource: R, options: ListOptions = {}): Promise<readonly ResourceTypes[R][]> {
    const info = await this.#paths.infoOf(resource);
    return this.#forgetting(resource, () => listAll(this.#transport, { resource, info, options }));
  }

  async get<R extends ResourceName>(ref: ObjectRef & { readonly resource: R }): Promise<ResourceTypes[R] | undefined> {
    const answer = await this.#at(ref, { method: "GET", doing: `get ${named(ref)}`, accept: [404] });
    if (answer.status !== 404) return answered(answer, ref);
    const fault = faultOfAnswer({ doing: `get ${named(ref)}`, server: this.where.server }, 404, answer.body);
    if (fault.code === "kube.NotFound") return undefined;
    this.#paths.forget(ref.resource);
    throw fault;
  }

  async create(resource: ResourceName, object: KubeObject & JsonObject): Promise<KubeObject> {
    const info = await this.#paths.infoOf(resource);
    const { namespace } = object.metadata;
    const answer = await this.#transport.send({
      method: "POST",
      path: pathOf(resource, info, namespace === undefined ? {} : { namespace }),
      query: { fieldManager },
      body: object,
      doing: `create ${named({ resource, ...object.metadata })}`,
    });
    return answered(answer, { resource, name: object.metadata.name });
  }

  async apply(
    resource: ResourceName,
    object: KubeObject & JsonObject,
    options: { readonly force?: boolean; readonly dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const ref = refOf(resource, object);
    const answer = await this.#at(ref, {
      method: "PATCH",
      query: { fieldManager, force: String(options.force ?? false), ...dryRun(options) },
      body: object,
      contentType: "application/apply-patch+yaml",
      doing: `apply ${named(ref)}`,
    });
    return answered(answer, ref);
  }

  async patch(
    ref: ObjectRef,
    type: PatchType,
    body: Json,
    options: { readonly subresource?: string; readonly dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const answer = await this.#at(
      ref,
      {
        method: "PATCH",
        query: { fieldManager, ...dryRun(options) },
        body,
        contentType: patchTypes[type],
        doing: `patch ${named(ref)}`,
      },
      options.subresource,
    );
    // What stands below an object has a shape of its own.
    return answered(answer, ref, options.subresource !== undefined);
  }

  async replace(ref: ObjectRef, object: KubeObject & JsonObject): Promise<KubeObject> {
    const answer = await this.#at(ref, {
      method: "PUT",
      query: { fieldManager },
      body: object,
      doing: `replace ${named(ref)}`,
    });
    return answered(answer, ref);
  }

  async delete(
    ref: ObjectRef,
    options: { readonly uid?: string; readonly propagation?: "Foreground" | "Background" | "Orphan" } = {},
  ): Promise<void> {
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
      propagationPolicy: options.propagation ?? "Background",
    };
    const answer = await this.#at(ref, { method: "DELETE", body, doing: `delete ${named(ref)}`, accept: [404] });
    if (answer.status === 404 && statusOf(answer.body)?.details?.name === undefined) this.#paths.forget(ref.resource);
  }

  async evict(pod: Parameters<Cluster["evict"]>[0]): Promise<EvictionAnswer> {
    const { namespace, name, uid, gracePeriodSeconds } = pod;
    const deleteOptions = {
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(pod.dryRun === true ? { dryRun: ["All"] } : {}),
    };
    const doing = `evict pod ${namespace}/${name}`;
    const request: Request = {
      method: "POST",
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`,
      query: dryRun(pod),
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace }, deleteOptions },
      doing,
      accept: [404, 409, 429, 500],
    };
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#transport.send(request);
      const status = statusOf(answer.body);
      const message = status?.message ?? `HTTP ${answer.status}`;
      if (answer.status === 404 && status !== undefined) return { kind: "gone" };
      // A uid that does not match: another pod has this name now.
      if (answer.status === 409 && uid !== undefined && !(await this.#isStill(pod))) return { kind: "gone" };
      if (answer.status < 400) return { kind: "evicted" };
      const budgets = status?.details?.causes?.filter((cause) => cause.reason === "DisruptionBudget") ?? [];
      if (answer.status === 429 && budgets.length > 0) {
        return { kind: "blocked", message: budgets.map((cause) => cause.message ?? message).join("; ") };
      }
      if (answer.status === 500 && (await this.#budgetsOver(pod)) > 1) return { kind: "impossible", message };
      // Optimistic locking on the pod or its budget, or a busy server: the same call is safe again.
      if (tries >= 4) throw faultOfAnswer({ doing, server: this.where.server }, answer.status, answer.body);
      await new Promise((done) => setTimeout(done, 200 * tries));
    }
  }

  async logs(pod: Parameters<Cluster["logs"]>[0]): Promise<string | undefined> {
    const answer = await this.#transport.send({
      method: "GET",
      path: `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`,
      query: { tailLines: String(pod.tailLines), container: pod.container },
      doing: `read logs of pod ${pod.namespace}/${pod.name}`,
      isText: true,
      // No such pod, container not started, kubelet not reachable.
      accept: [400, 404, 500, 502, 503, 504],
    });
    return answer.status < 400 && typeof answer.body === "string" ? answer.body : undefined;
  }

  async user(): Promise<string | undefined> {
    const answer = await this.#transport.send({
      method: "POST",
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
      doing: "ask who we are",
      isRead: true,
      // Not served before Kubernetes 1.28; or taken away from its users.
      accept: [403, 404, 405],
    });
    return answer.status < 400 ? textAt(answer.body, "status", "userInfo", "username") : undefined;
  }

  async can(
    verb: string,
    resource: ResourceName,
    options: { readonly namespace?: string; readonly subresource?: string } = {},
  ): Promise<boolean> {
    const { group } = await this.#paths.infoOf(resource).catch(() => ({ group: "*" }));
    const answer = await this.#transport.send({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { verb, resource, group, ...options } },
      },
      doing: `ask whether we may ${verb} ${resource}`,
      isRead: true,
    });
    const allowed = valueAt(answer.body, "status", "allowed");
    if (typeof allowed === "boolean") return allowed;
    const what = `cannot ask whether we may ${verb} ${resource}: the answer says neither yes nor no`;
    throw new Fault("kube.InvalidResponse", what);
  }

  /** Closes idle connections. */
  close(): void {
    this.#transport.close();
  }

  async #at(ref: ObjectRef, request: Omit<Request, "path">, subresource?: string): Promise<Answer> {
    const info: ResourceInfo = await this.#paths.infoOf(ref.resource);
    const at = {
      name: ref.name,
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      ...(subresource === undefined ? {} : { subresource }),
    };
    return this.#forgetting(ref.resource, () =>
      this.#transport.send({ ...request, path: pathOf(ref.resource, info, at) }),
    );
  }

  async #forgetting<T>(resource: ResourceName, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Fault && error.code === "kube.AbsentApi") this.#paths.forget(resource);
      throw error;
    }
  }

  async #isStill(pod: { readonly namespace: string; readonly name: string; readonly uid?: string }): Promise<boolean> {
    const found = await this.get({ resource: "pods", namespace: pod.namespace, name: pod.name });
    return found?.metadata.uid === pod.uid;
  }

  async #budgetsOver(pod: { readonly namespace: string; readonly name: string }): Promise<number> {
    const found = await this.get({ resource: "pods", namespace: pod.namespace, name: pod.name });
    const budgets = await this.list("poddisruptionbudgets", { namespace: pod.namespace });
    return budgets.filter((budget) => selectorMatches(budget.spec.selector, found?.metadata.labels)).length;
  }
}

/** The object that was asked for or written. Throws `kube.InvalidResponse` for another, or for one that is not as its API says. */
function answered<R extends ResourceName>(
  answer: Answer,
  ref: ObjectRef & { readonly resource: R },
  isPart = false,
): ResourceTypes[R] {
  const doing = `read what was answered about ${named(ref)}`;
  const object = objectOfAnswer(answer.body, { resource: ref.resource, doing, isPart });
  if (object?.metadata.name === ref.name) return object;
  throw new Fault("kube.InvalidResponse", `cannot ${doing}: it is about ${object?.metadata.name ?? "nothing"}`);
}

function refOf(resource: ResourceName, object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) };
}

function named(ref: { readonly resource: ResourceName; readonly name: string; readonly namespace?: string }): string {
  return `${ref.resource} ${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`;
}

function dryRun(options: { readonly dryRun?: boolean }): { readonly dryRun?: string } {
  return options.dryRun === true ? { dryRun: "All" } : {};
}
