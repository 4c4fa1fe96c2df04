import { keysOf, plainOf } from "../../kube/json.ts";
import { type ResourceName, resources } from "../../kube/resources.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** What a snapshot came to: counts, sizes and gaps, for the screen and for `--json`. */
export interface SnapshotSummary {
  readonly schema: "dovetail.snapshot-summary/1";
  readonly file: string;
  readonly bytes: number;
  readonly readAt: string;
  readonly source: Snapshot["source"];
  readonly clusterName?: string;
  readonly kubernetesVersion?: string;
  /** Objects by resource; what was not read is absent. */
  readonly objects: Readonly<Partial<Record<ResourceName, number>>>;
  /** Items by list of the account; empty when it was not read. */
  readonly account: Readonly<Record<string, number>>;
  readonly gaps: Snapshot["gaps"];
}

/** Counts what a snapshot holds. */
export function summarise(snapshot: Snapshot, file: string, bytes: number): SnapshotSummary {
  const counts = keysOf(resources).flatMap((name) => {
    const items = snapshot.objects[name];
    return items === undefined ? [] : [[name, items.length] as const];
  });
  const lists = Object.entries(plainOf(snapshot.account)).flatMap(([name, value]) =>
    Array.isArray(value) ? [[name, value.length] as const] : [],
  );
  return {
    schema: "dovetail.snapshot-summary/1",
    file,
    bytes,
    readAt: snapshot.readAt,
    source: snapshot.source,
    ...(snapshot.clusterName === undefined ? {} : { clusterName: snapshot.clusterName }),
    ...(snapshot.kubernetesVersion === undefined ? {} : { kubernetesVersion: snapshot.kubernetesVersion }),
    objects: Object.fromEntries(counts),
    account: Object.fromEntries(lists),
    gaps: snapshot.gaps,
  };
}
