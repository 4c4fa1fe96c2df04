import { isNodeReady, zoneOf } from "../../../src/kube/node.ts";
import { isBare } from "../../../src/kube/pod.ts";
import { askingForZones, lostZones, zonesByWorkload, type ZoneCounts } from "../../../src/migration/shift/spread.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { nobodyInCharge, twoInCharge } from "../../../src/twin/checkers/charge.ts";
import {
  podsDeletedDirectly,
  restorable,
  unexplainedWrites,
  unreadyWorkloads,
} from "../../../src/twin/checkers/invariants.ts";
import type { Twin } from "../../../src/twin/world/twin.ts";
import type { Ledger } from "./ledger.ts";

/** What a rehearsal must have come to. */
export class End {
  readonly #twin: Twin;
  readonly #ledger: Ledger;
  readonly #before: {
    readonly restorable: string;
    readonly zones: ZoneCounts;
    readonly unready: readonly string[];
    readonly bare: ReadonlySet<string>;
    readonly audit: number;
  };

  constructor(twin: Twin, ledger: Ledger) {
    this.#twin = twin;
    this.#ledger = ledger;
    this.#before = {
      restorable: restorable(twin),
      zones: zonesOf(twin),
      unready: unreadyWorkloads(twin),
      bare: bareOf(twin),
      audit: twin.audit.length,
    };
  }

  /** Everything that is not as it must be. */
  async judge(
    { end, left, idleMs }: { readonly end: string; readonly left: readonly string[]; readonly idleMs: number },
    journal: Journal,
  ): Promise<readonly string[]> {
    const back = end === "rolled-back" ? [...this.#notRestored(left), ...this.#unexplained(left)] : [];
    const { entries } = await journal.read();
    this.#ledger.makeAmends();
    // Whoever is in charge does as it sees fit: after a way back that is Cluster Autoscaler.
    this.#twin.advance(end === "completed" ? 10 * 60_000 : 90_000);
    const audit = this.#twin.audit.slice(this.#before.audit);
    const isCalm = this.#ledger.unforeseen.size === 0 && end !== "refused";
    return [
      ...back,
      ...podsDeletedDirectly(audit).map(({ what }) => what),
      ...unexplainedWrites(audit, entries).map(({ what }) => `nothing in the journal explains ${what}`),
      ...(isCalm ? twoInCharge(audit).map(({ what }) => what) : []),
      ...(isCalm && end !== "stuck" ? nobodyInCharge(audit, 5 * 60_000 + idleMs).map(({ what }) => what) : []),
      ...(isCalm && end !== "stuck" ? this.#lost(end) : []),
    ];
  }

  #lost(end: string): readonly string[] {
    const bare = bareOf(this.#twin);
    return [
      ...[...this.#before.bare].filter((one) => !bare.has(one)).map((one) => `bare pod ${one} is gone`),
      ...this.#unready()
        .filter((name) => !this.#before.unready.includes(name) && !this.#isTouched(name))
        .filter((name) => !name.includes("cluster-autoscaler") || end === "rolled-back")
        .map((name) => `${name} is not ready in the end`),
      ...this.#lostZones(),
    ];
  }

  // Karpenter may move a pod in this very moment: what is not ready stays so for some minutes.
  #unready(): readonly string[] {
    const first = unreadyWorkloads(this.#twin);
    if (first.length === 0) return first;
    this.#twin.advance(3 * 60_000);
    const second = unreadyWorkloads(this.#twin);
    return first.filter((name) => second.includes(name));
  }

  #lostZones(): readonly string[] {
    const { store } = this.#twin;
    const asked = new Set(askingForZones({ pods: store.all("pods"), replicasets: store.all("replicasets") }));
    // Where somebody took zones or nodes away, nobody can spread over them.
    if (this.#ledger.groups.size > 0 || this.#ledger.told.length > 0) return [];
    return lostZones(this.#before.zones, zonesOf(this.#twin))
      .filter(({ workload }) => asked.has(workload) && !this.#isTouched(workload))
      .map(
        ({ workload, before, now }) => `${workload} lost zones: ${JSON.stringify(before)} is ${JSON.stringify(now)}`,
      );
  }

  #isTouched(name: string): boolean {
    const [kind = "", ...rest] = name.split("/");
    return this.#ledger.objects.has(`${kind.toLowerCase()}s ${rest.join("/")}`);
  }

  // Protected pods may lie on Karpenter's nodes by whatever put them there; all else that is left is somebody's doing.
  #unexplained(left: readonly string[]): readonly string[] {
    if (this.#ledger.told.length > 0) return [];
    return left.filter((reason) => !isKept(reason)).map((reason) => `left without anybody's doing: ${reason}`);
  }

  #notRestored(left: readonly string[]): readonly string[] {
    const [before, now] = [this.#before.restorable, restorable(this.#twin)].map(
      (text) => JSON.parse(text) as readonly (readonly [string, object])[],
    );
    const wrong: string[] = [];
    for (const [i, [table, rows]] of (before ?? []).entries()) {
      const is = now?.[i]?.[1] ?? {};
      for (const [key, row] of keyed(rows)) {
        if (this.#isExcused(table, key)) continue;
        const other = keyed(is).get(key);
        if (canonical(row) !== canonical(other)) wrong.push(`not restored: ${table} ${key}: ${difference(row, other)}`);
      }
      if (table === "nodeclaims" && left.some(isKept)) continue;
      for (const key of keyed(is).keys())
        if (!keyed(rows).has(key) && !this.#isExcused(table, key)) wrong.push(`left over: ${table} ${key}`);
    }
    return wrong;
  }

  // Once it is in charge again, Cluster Autoscaler scales as it sees fit.
  #isScaled(group: string): boolean {
    return this.#twin.audit
      .slice(this.#before.audit)
      .some(({ actor, detail }) => actor === "cluster-autoscaler" && detail?.["AutoScalingGroupName"] === group);
  }

  #isExcused(table: string, key: string): boolean {
    const { groups, objects, unforeseen } = this.#ledger;
    if (groups.has(key) || objects.has(`${table} ${key}`) || this.#isScaled(key)) return true;
    if (table === "eks.nodegroups" && [...groups].some((name) => name.includes(`-${key}-`))) return true;
    return unforeseen.size > 0 && /nodeclaims|nodepools|autoscaling|nodegroups/.test(table);
  }
}

// What EKS shows as desired size is the Auto Scaling group's, whose row is compared.
function canonical(row: unknown): string {
  return JSON.stringify(row ?? "gone", (key, value: unknown) => (key === "desiredSize" ? undefined : value));
}

function isKept(reason: string): boolean {
  return reason.includes("stay on Karpenter's nodes");
}

function keyed(rows: object): ReadonlyMap<string, unknown> {
  if (!Array.isArray(rows)) return new Map(Object.entries(rows));
  return new Map(
    rows.map((one: { readonly metadata: { readonly name: string; readonly namespace?: string } }) => {
      const { name, namespace } = one.metadata;
      return [namespace === undefined ? name : `${namespace}/${name}`, one];
    }),
  );
}

function difference(a: unknown, b: unknown): string {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b) ?? "gone"];
  let at = 0;
  while (at < x.length && x[at] === y[at]) at += 1;
  return `${x.slice(Math.max(0, at - 60), at + 60)} is ${y.slice(Math.max(0, at - 60), at + 60)}`;
}

function zonesOf({ store }: Twin): ZoneCounts {
  const nodes = store.all("nodes").filter((node) => isNodeReady(node) && zoneOf(node) !== undefined);
  return zonesByWorkload({ pods: store.all("pods"), nodes, replicasets: store.all("replicasets") });
}

function bareOf({ store }: Twin): ReadonlySet<string> {
  return new Set(
    store
      .all("pods")
      .filter((pod) => isBare(pod) && !pod.metadata.name.startsWith("dovetail"))
      .map((pod) => `${pod.metadata.name} ${pod.metadata.uid ?? ""}`),
  );
}
