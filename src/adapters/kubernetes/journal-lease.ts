import { defined, objectAt, plainOf, textAt } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Cluster } from "../../ports/cluster.ts";
import { Fault } from "../../fault/fault.ts";
import { held } from "../disk/journal-faults.ts";
import { runName, shownName } from "../disk/process-name.ts";

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
  readonly #isGone: HolderCheck;
  #lostTo: string | undefined;
  /** What is held, and when that was last confirmed. */
  #hold: { readonly holder: string; readonly sinceMs: number; renewedMs: number } | undefined;

  constructor(
    cluster: Cluster,
    clock: Clock,
    options: { readonly namespace: string; readonly where: string; readonly isGone: HolderCheck },
  ) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#namespace = options.namespace;
    this.#where = options.where;
    this.#isGone = options.isGone;
  }

  /** Takes the Lease for this run and no other, whoever else the same user runs. */
  async acquire(who: string): Promise<() => Promise<void>> {
    const holder = runName(who);
    const found = await this.#get();
    this.#hold = { holder, sinceMs: this.#clock.nowMs(), renewedMs: this.#clock.nowMs() };
    if (found === undefined) await this.#create(holder);
    else {
      const { holderIdentity, acquireTime } = specOf(found);
      const isFree =
        holderIdentity === undefined || holderIdentity === "" || this.#isExpired(found) || this.#isGone(holderIdentity);
      if (!isFree) {
        throw held(
          this.#where,
          shownName(holderIdentity),
          acquireTime,
          `wait for that run to end; its hold ends ${durationSeconds} s after it died`,
        );
      }
      await this.#replace(found, holder);
    }
    this.#lostTo = undefined;
    const timer = setInterval(() => void this.#renew(holder).catch(() => undefined), renewEveryMs);
    timer.unref();
    return async () => {
      clearInterval(timer);
      this.#hold = undefined;
      await this.#release(holder);
    };
  }

  /** Throws `journal.held` when another run took the Lease over because we could not renew it. */
  assertNotLost(): void {
    if (this.#lostTo !== undefined) throw held(this.#where, shownName(this.#lostTo));
  }

  /**
   * Throws `journal.held` when the Lease is not ours any more; renews it first when that is due. A Lease that could not be renewed in time
   * is lost: another run may have it.
   */
  async assertHeld(): Promise<void> {
    this.assertNotLost();
    const hold = this.#hold;
    if (hold === undefined || this.#clock.nowMs() - hold.renewedMs < renewEveryMs) return;
    try {
      await this.#renew(hold.holder);
    } catch (error) {
      if (this.#clock.nowMs() - hold.renewedMs < durationSeconds * 1000) return;
      throw error;
    }
    this.assertNotLost();
  }

  async #renew(holder: string): Promise<void> {
    const found = await this.#get();
    const owner = found === undefined ? undefined : specOf(found).holderIdentity;
    if (found === undefined || owner !== holder) {
      this.#lostTo = owner ?? "nobody (the Lease was removed)";
      return;
    }
    await this.#replace(found, holder);
    if (this.#hold !== undefined) this.#hold.renewedMs = this.#clock.nowMs();
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
    return held(this.#where, shownName(spec?.holderIdentity ?? "another run"), spec?.acquireTime);
  }

  #object(metadata: JsonObject, holder: string): KubeObject & JsonObject {
    const microTime = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");
    const renewTime = microTime(this.#clock.nowMs());
    const acquireTime = microTime(this.#hold?.sinceMs ?? this.#clock.nowMs());
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        ...metadata,
        name: leaseName,
        namespace: this.#namespace,
        labels: { "app.kubernetes.io/managed-by": "dovetail" },
      },
      spec: { holderIdentity: holder, leaseDurationSeconds: durationSeconds, acquireTime, renewTime },
    };
  }

  #isExpired(lease: KubeObject): boolean {
    const { renewTime } = specOf(lease);
    const renewedMs = renewTime === undefined ? Number.NaN : Date.parse(renewTime);
    return Number.isNaN(renewedMs) || this.#clock.nowMs() > renewedMs + durationSeconds * 1000;
  }
}

function specOf(lease: KubeObject): LeaseSpec {
  const spec = objectAt(plainOf(lease), "spec");
  return defined({
    holderIdentity: textAt(spec, "holderIdentity"),
    acquireTime: textAt(spec, "acquireTime"),
    renewTime: textAt(spec, "renewTime"),
  });
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly acquireTime?: string;
  readonly renewTime?: string;
}
