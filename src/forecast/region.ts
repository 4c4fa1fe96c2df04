import { regionOf as regionOfNode } from "../kube/node.ts";
import { usage } from "../fault/fault.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

/**
 * The region of a snapshot: the account's, the nodes', or what the user says. Throws a usage fault when nothing tells. Throws
 * `usage.region` for a name that is none, `usage.no-region` when nothing tells.
 */
export function regionOfSnapshot(snapshot: Snapshot, given?: string): string {
  const said = snapshot.account?.region;
  // Dumps of AWS answers without an ARN tell an account, but not its region.
  const ofAccount = said === "unknown" ? undefined : said;
  const ofNodes = snapshot.objects.nodes?.map(regionOfNode).find((one) => one !== undefined);
  const where = ofNodes ?? ofAccount;
  const other = [given, ofAccount].find((one) => one !== undefined && where !== undefined && one !== where);
  if (other !== undefined) {
    const who = other === given ? `--region ${other} is not where the cluster is` : `the account was read in ${other}`;
    throw usage(
      "region",
      `${who}: its ${ofNodes === undefined ? "account says" : "nodes run in"} ${where}`,
      `pass --region ${where}`,
      "prices and subnets of another region would be those of another cluster",
    );
  }
  const region = where ?? given;
  if (region !== undefined) return region;
  throw usage("no-region", "neither account nor nodes tell the AWS region", "pass --region NAME");
}
