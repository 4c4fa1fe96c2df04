import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Cluster } from "../../ports/cluster.ts";
import { Fault } from "../../fault/fault.ts";
import { held } from "../disk/journal-faults.ts";

/** Whether a holder, named as in the Lease, is known to be gone. */
export type HolderCheck = (holder: string) => boolean;

const leaseName = "dovetail-journal";
const durationSeconds = 60;
const renewEveryMs = 20_000;

/**
 * The Lease under which the journal in the cluster is written. It ends with the run, or a minute after the run died.
 */
export class JournalLease {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #where: string;
  readonly #isGone: HolderCheck | undefined;
  #lostTo: string | undefined;

  constructor(
    cluster: Cluster,
    clock: Clock,
    options: { readonly namespace: string; readonly where: string; readonly isGone: HolderCheck | undefined },
  ) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#namespace = options.namespace;
    this.#where = options.where;
    this.#isGone = options.isGone;
  }

  async acquire(holder: string): Promise<() => Promise<void>> {
    const found = await this.#get();
    if (found === undefined) await this.#create(holder);
    else {
      const { holderIdentity, renewTime } = specOf(found);
      const isFree =
        holderIdentity === undefined ||
        holderIdentity === "" ||
        holderIdentity === holder ||
        this.#isExpired(found) ||
        this.#isGone?.(holderIdentity) === true;
      if (!isFree) {
        throw held(
          this.#where,
          holderIdentity,
          renewTime,
          `wait for that run to end; its hold ends ${durationSeconds} s after it died`,
        );
      }
      await this.#replace(found, holder);
    }
    this.#lostTo = undefined;
    const timer = setInterval(() => void this.#renew(holder), renewEveryMs);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await this.#release(holder);
    };
  }

  /** Throws `journal.held` when another run took the Lease over because we could not renew it. */
  assertNotLost(): void {
    if (this.#lostTo !== undefined) throw held(this.#where, this.#lostTo);
  }

  async #renew(holder: string): Promise<void> {
    try {
      const found = await this.#get();
      const owner = found === undefined ? undefined : specOf(found).holderIdentity;
      if (found !== undefined && owner === holder) await this.#replace(found, holder);
      else this.#lostTo = owner ?? "nobody (the Lease was removed)";
    } catch {
      // Unreachable now: the next renewal tries again, and every append is compared with what is there.
    }
  }

  async #release(holder: string): Promise<void> {
    const found = await this.#get();
    if (found === undefined || specOf(found).holderIdentity !== holder) return;
    const { name, uid } = found.metadata;
    const guard = uid === undefined ? {} : { uid };
    await this.#cluster.delete({ resource: "leases", namespace: this.#namespace, name }, guard);
  }

  #get(): Promise<KubeObject | undefined> {
    return this.#cluster.get({ resource: "leases", namespace: this.#namespace, name: leaseName });
  }

  async #create(holder: string): Promise<void> {
    try {
      await this.#cluster.create("leases", this.#object({}, holder));
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  async #replace(found: KubeObject, holder: string): Promise<void> {
    const { resourceVersion } = found.metadata;
    const version = resourceVersion === undefined ? {} : { resourceVersion };
    try {
      const ref = { resource: "leases" as const, namespace: this.#namespace, name: leaseName };
      await this.#cluster.replace(ref, this.#object(version, holder));
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  async #explain(error: unknown): Promise<unknown> {
    if (!(error instanceof Fault) || error.code !== "kube.Conflict") return error;
    const found = await this.#get();
    const spec = found === undefined ? undefined : specOf(found);
    return held(this.#where, spec?.holderIdentity ?? "another run", spec?.renewTime);
  }

  #object(metadata: JsonObject, holder: string): KubeObject & JsonObject {
    const renewTime = new Date(this.#clock.nowMs()).toISOString().replace("Z", "000Z");
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        ...metadata,
        name: leaseName,
        namespace: this.#namespace,
        labels: { "app.kubernetes.io/managed-by": "dovetail" },
      },
      spec: { holderIdentity: holder, leaseDurationSeconds: durationSeconds, renewTime },
    };
  }

  #isExpired(lease: KubeObject): boolean {
    const { renewTime } = specOf(lease);
    const renewedMs = renewTime === undefined ? Number.NaN : Date.parse(renewTime);
    return Number.isNaN(renewedMs) || this.#clock.nowMs() > renewedMs + durationSeconds * 1000;
  }
}

function specOf(lease: KubeObject): { readonly holderIdentity?: string; readonly renewTime?: string } {
  const { spec } = lease as KubeObject & {
    readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
  };
  return spec ?? {};
}
