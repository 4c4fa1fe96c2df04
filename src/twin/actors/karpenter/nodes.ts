import { isConditionTrue } from "../../../kube/conditions.ts";
import { isNodeReady } from "../../../kube/node.ts";
import { stateOf } from "../../account/instances.ts";
import type { KarpenterHere } from "./here.ts";
import { claimOfNode, claimOfMachine, finalizer } from "./objects.ts";
import { repairLate } from "./repair.ts";
import { trigger } from "./provision.ts";

/** How often claims without a machine are looked for (`nodeclaim/garbagecollection`). */
const garbageMs = 120_000;

/** A node that is deleted takes its claim along; one that is being disrupted needs room elsewhere for its pods. */
export function lookAtNode(here: KarpenterHere, name: string): void {
  const node = here.store.find("nodes", name);
  if (node === undefined) return;
  trigger(here, `node ${name}`);
  const claim = claimOfNode(here, node);
  if (claim !== undefined) repairLate(here, claim, node);
  if (node.metadata.deletionTimestamp === undefined || node.metadata.finalizers?.includes(finalizer) !== true) return;
  if (claim !== undefined) return here.delete("nodeclaims", claim);
  const finalizers = node.metadata.finalizers.filter((one) => one !== finalizer);
  here.put("nodes", { ...node, metadata: { ...node.metadata, finalizers } });
}

/** A machine that went away by itself: its claim goes at the next round, once its node is no longer ready. */
export function lookAtMachine(here: KarpenterHere, id: string): void {
  const instance = here.account.table("ec2.instances")[id];
  const state = instance === undefined ? "terminated" : stateOf(instance);
  const claim = claimOfMachine(here, id);
  if (claim === undefined) return;
  if (claim.metadata.deletionTimestamp !== undefined) return here.lookAgain(`claim ${claim.metadata.name}`, 0);
  if (state !== "terminated") return;
  const node = here.store.find("nodes", claim.status?.nodeName ?? "");
  const isAlive = node !== undefined && isNodeReady(node);
  if (isConditionTrue(claim, "Registered") && !isAlive && here.nowMs % garbageMs === 0)
    return here.delete("nodeclaims", claim);
  here.lookAgain(`machine ${id}`, garbageMs - (here.nowMs % garbageMs));
}
