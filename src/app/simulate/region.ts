import { regionOf as regionOfNode } from "../../kube/node.ts";
import { usage } from "../../ports/fault.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** The region of a snapshot: the account's, the nodes', or what the user says. Throws a usage fault when nothing tells. */
export function regionOf(snapshot: Snapshot, given?: string): string {
  const said = snapshot.account?.region;
  // Dumps of AWS answers without an ARN tell an account, but not its region.
  const ofAccount = said === "unknown" ? undefined : said;
  const found = ofAccount ?? snapshot.objects.nodes?.map(regionOfNode).find((one) => one !== undefined);
  if (found !== undefined && given !== undefined && found !== given) {
    throw usage(
      "region",
      `--region ${given} is not where the cluster is: its ${ofAccount === undefined ? "nodes" : "account"} say ${found}`,
      `leave --region out, or pass --region ${found}`,
    );
  }
  const region = found ?? given;
  if (region !== undefined) return region;
  throw usage("no-region", "neither account nor nodes tell the AWS region", "pass --region NAME");
}
