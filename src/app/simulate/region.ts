import { regionOf as regionOfNode } from "../../kube/node.ts";
import { usage } from "../../ports/fault.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** The region of a snapshot: the account's, the nodes', or what the user says. Throws a usage fault when nothing tells. */
export function regionOf(snapshot: Snapshot, given?: string): string {
  const found =
    snapshot.account?.region ?? snapshot.objects.nodes?.map(regionOfNode).find((one) => one !== undefined) ?? given;
  if (found !== undefined) return found;
  throw usage("no-region", "neither account nor nodes tell the AWS region", "pass --region NAME");
}
