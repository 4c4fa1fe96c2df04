import { karpenterContainerOf, isKarpenterPod } from "../../../karpenter/installations.ts";
import { isProvisionable } from "../../../karpenter/pod-predicates.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import { isNodeReady } from "../../../kube/node.ts";
import type { KubeObject, Node, Pod } from "../../../kube/objects.ts";
import { indexOn } from "../../store/indexes.ts";
import type { StoreChangeOf } from "../../store/change.ts";
import { asStored } from "../../store/objects.ts";
import type { Store } from "../../store/store.ts";
import { textAt, valueAt } from "../../../kube/json.ts";
import { type Watch, watch, watchTable } from "../../world/actor.ts";

/** NodeClaims by the machine that they became. */
export const claimsByProvider = indexOn("nodeclaims", (claim) => {
  const id = textAt(asStored(claim), "status", "providerID");
  return id === undefined ? none : [id];
});

/** NodeClaims by their pool. */
export const claimsByPool = indexOn("nodeclaims", ({ metadata }) => {
  const pool = metadata.labels?.[labelKeys.nodePool];
  return pool === undefined ? none : [pool];
});

const none: readonly string[] = [];

/** What wakes Karpenter, and for what. `changed` is what consolidation's own clock follows, `touched` all that a decision may depend on. */
export const karpenterWatches: readonly Watch[] = [
  watch("deployments", ({ before, after }) => {
    const deployment = after ?? before;
    return deployment !== undefined && karpenterContainerOf(deployment) !== undefined ? ["process"] : none;
  }),
  watch("customresourcedefinitions", () => ["process"]),
  watch("pods", podKeys),
  watch("nodes", nodeKeys),
  watch("nodeclaims", claimKeys),
  watch("nodepools", ({ key, before, after }, store) => {
    const isNew =
      before === undefined || after === undefined || before.metadata.generation !== after.metadata.generation;
    if (!isNew) return [`pool ${key}`, "touched"];
    return [`pool ${key}`, "touched", "changed", ...ofPool(store, key)];
  }),
  watch("ec2nodeclasses", ({ key, before, after }, store) => {
    const isSame = before !== undefined && after !== undefined && specAndStatus(before) === specAndStatus(after);
    const pools = store.all("nodepools").map(({ metadata }) => `pool ${metadata.name}`);
    return [`class ${key}`, ...(isSame ? none : ["touched", ...pools, ...allClaims(store)])];
  }),
  watch("poddisruptionbudgets", ({ before, after }) =>
    before?.status?.disruptionsAllowed === after?.status?.disruptionsAllowed ? none : ["touched"],
  ),
  watch("daemonsets", ({ before, after }) => (before?.spec === after?.spec ? none : ["touched", "changed"])),
  watch("volumeattachments", ({ before, after }) => {
    const node = textAt(asStored(after ?? before ?? nobody), "spec", "nodeName");
    return after === undefined && node !== undefined ? [`node ${node}`] : none;
  }),
  watchTable("sqs.queues", () => ["queue"]),
  watchTable("ec2.instances", (id) => [`machine ${id}`]),
];

const nobody: KubeObject = { apiVersion: "v1", kind: "Pod", metadata: { name: "" } };

function specAndStatus(object: KubeObject): string {
  const stored = asStored(object);
  return JSON.stringify([valueAt(stored, "spec"), valueAt(stored, "status"), object.metadata.annotations]);
}

function ofPool(store: Store, pool: string): readonly string[] {
  return store.by(claimsByPool, pool).map(({ metadata }) => `claim ${metadata.name}`);
}

function allClaims(store: Store): readonly string[] {
  return store.all("nodeclaims").map(({ metadata }) => `claim ${metadata.name}`);
}

function podKeys({ key, before, after }: StoreChangeOf<"pods">): readonly string[] {
  const keys: string[] = [];
  const pod = after ?? before;
  if (pod !== undefined && isKarpenterPod(pod)) keys.push("process");
  if (after !== undefined && after.spec.nodeName === undefined && isProvisionable(after)) keys.push(`pod ${key}`);
  const [was, is] = [before?.spec.nodeName, after?.spec.nodeName];
  if (was !== is) keys.push("changed", "touched");
  else if (before === undefined || after === undefined || !isSameToKarpenter(before, after)) keys.push("touched");
  // It came, ended, or began to end; one that merely disappears is no event.
  if (after !== undefined && is !== undefined && (was !== is || !isSameToKarpenter(before ?? after, after)))
    keys.push(`events ${is}`);
  return keys;
}

function isSameToKarpenter(before: Pod, after: Pod): boolean {
  return (
    before.spec === after.spec &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    before.status?.phase === after.status?.phase &&
    before.metadata.annotations === after.metadata.annotations
  );
}

function nodeKeys({ key, before, after }: StoreChangeOf<"nodes">, store: Store): readonly string[] {
  const node = after ?? before;
  const keys = [`node ${key}`];
  const id = node?.spec?.providerID;
  if (id !== undefined) for (const claim of store.by(claimsByProvider, id)) keys.push(`claim ${claim.metadata.name}`);
  const isInitialized = (one: Node | undefined): boolean => one?.metadata.labels?.[labelKeys.initialized] === "true";
  if (before === undefined || after === undefined || isInitialized(before) !== isInitialized(after))
    keys.push("changed");
  const isSame =
    before !== undefined &&
    after !== undefined &&
    before.spec === after.spec &&
    before.metadata.labels === after.metadata.labels &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    isNodeReady(before) === isNodeReady(after);
  if (!isSame) keys.push("touched");
  return keys;
}

function isUpClaim(claim: KubeObject): boolean {
  return isConditionTrue({ status: valueAt(asStored(claim), "status") }, "Initialized");
}

function claimKeys({ key, before, after }: StoreChangeOf<"nodeclaims">): readonly string[] {
  const pool = (after ?? before)?.metadata.labels?.[labelKeys.nodePool];
  const keys = [`claim ${key}`, "touched"];
  const isGone = before === undefined || after === undefined;
  if (isGone || before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp) {
    keys.push("changed");
    if (pool !== undefined) keys.push(`pool ${pool}`);
  }
  const wasUp = before !== undefined && isUpClaim(before);
  const isUp = after !== undefined && isUpClaim(after);
  if (isGone || wasUp !== isUp) keys.push("commands");
  return keys;
}
