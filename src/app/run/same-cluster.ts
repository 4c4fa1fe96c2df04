import { Fault } from "../../fault/fault.ts";
import { textAt } from "../../kube/json.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import type { ClusterIdentity } from "../../migration/plan.ts";
import type { Reading } from "../../ports/world.ts";
import { find } from "../read/aws-find.ts";
import { withRetry } from "./wait.ts";

/** Who the world is: a plan is for this cluster in this account, and for no namesake of it. */
const outcome = "nothing was changed";

/** The same cluster with what tells it apart from every namesake: its ARN, and the API server's own identity. */
export async function identified(world: Reading, cluster: ClusterIdentity): Promise<ClusterIdentity> {
  const arn = await arnOf(world, cluster.name);
  const uid = await uidOf(world);
  return { ...cluster, ...(arn === undefined ? {} : { arn }), ...(uid === undefined ? {} : { uid }) };
}

/**
 * Compares the cluster and the account that are spoken to with those that a plan is for. Throws `setup.wrong-account` and
 * `setup.wrong-cluster`. Asked before the first read that decides, under the lock, and again before the first write. Answers who the AWS
 * credentials are, undefined where the answer names nobody.
 */
export async function requireSameCluster(world: Reading, cluster: ClusterIdentity): Promise<string | undefined> {
  const principal = await requireSameAccount(world, cluster);
  await requireSameServer(world, cluster);
  return principal;
}

/** As `requireSameCluster`, and that the journal tells of this cluster alone: its plans are what is gone on with, and taken back. */
export async function requireOwn(world: Reading, cluster: ClusterIdentity): Promise<void> {
  await requireSameCluster(world, cluster);
  requireOwnJournal(world.journal.where, (await world.journal.read()).entries, cluster);
}

/** As `requireOwn`, for those who only look, also without credentials for the account. */
export async function requireOwnWhereKnown(world: Reading, cluster: ClusterIdentity): Promise<void> {
  requireOwnJournal(world.journal.where, (await world.journal.read()).entries, cluster);
  await requireSameServer(world, cluster);
  try {
    await requireSameAccount(world, cluster);
  } catch (error) {
    if (!(error instanceof Fault) || !error.code.startsWith("aws.")) throw error;
  }
}

/** As `requireSameCluster`, of AWS alone. */
async function requireSameAccount(world: Reading, cluster: ClusterIdentity): Promise<string | undefined> {
  const caller = await withRetry(world, () => world.cloud.read("sts:GetCallerIdentity", {}));
  const account = textAt(caller, "Account");
  if (cluster.accountId !== "unknown" && account !== cluster.accountId) {
    throw new Fault(
      "setup.wrong-account",
      `the plan is for ${cluster.name} in account ${cluster.accountId}, the AWS credentials are of ${account ?? "an unknown account"}`,
      { why: "a namesake in another account has other nodes", hint: "pass --profile of the plan's account", outcome },
    );
  }
  const { region } = world.cloud;
  if (region !== cluster.region) {
    throw new Fault("setup.wrong-cluster", `the plan is for ${cluster.name} in ${cluster.region}, not in ${region}`, {
      why: "a namesake in another region has other nodes",
      hint: "pass --region of the plan's cluster",
      outcome,
    });
  }
  return textAt(caller, "Arn");
}

/** As `requireSameCluster`, of the API server alone. */
async function requireSameServer(world: Reading, cluster: ClusterIdentity): Promise<void> {
  const { context, server } = world.cluster.where;
  const uid = await uidOf(world);
  // The address says less: a tunnel, a private endpoint and the public one lead to the same cluster.
  const isSame = cluster.uid === undefined || uid === undefined ? server === cluster.server : uid === cluster.uid;
  if (isSame) return;
  throw new Fault(
    "setup.wrong-cluster",
    `the plan is for ${cluster.name} at ${cluster.server}, context ${context} speaks to another cluster at ${server}`,
    { why: "its nodes and pods are not those of the plan", hint: "pass --context of the plan's cluster", outcome },
  );
}

/** Every plan of a journal is for one and the same cluster; throws `setup.wrong-cluster` with the number of the entry that is not. */
export function requireOwnJournal(where: string, entries: readonly JournalEntry[], cluster: ClusterIdentity): void {
  const foreign = entries.find((entry) => entry.type === "planned" && !isSame(entry.plan.cluster, cluster));
  if (foreign?.type !== "planned") return;
  const { name, accountId, region } = foreign.plan.cluster;
  throw new Fault(
    "setup.wrong-cluster",
    `entry ${foreign.seq} of the journal ${where} is a plan for ${name} in account ${accountId}, ${region}`,
    {
      why: `what it says was done was not done to ${cluster.name} in account ${cluster.accountId}, ${cluster.region}`,
      hint: "move that journal away, or name the cluster that it is of",
      outcome,
    },
  );
}

function isSame(a: ClusterIdentity, b: ClusterIdentity): boolean {
  if (a.uid !== undefined && b.uid !== undefined && a.uid !== b.uid) return false;
  return (["name", "region", "accountId"] as const).every(
    (part) => a[part] === b[part] || a[part] === "unknown" || b[part] === "unknown",
  );
}

async function arnOf(world: Reading, name: string): Promise<string | undefined> {
  const found = await withRetry(world, () => find(world.cloud, "eks:DescribeCluster", { name }));
  return textAt(found, "cluster", "arn");
}

/** Undefined for who may not read it: the server's address has to do then. */
async function uidOf(world: Reading): Promise<string | undefined> {
  try {
    const found = await withRetry(world, () => world.cluster.get({ resource: "namespaces", name: "kube-system" }));
    return found?.metadata.uid;
  } catch (error) {
    if (error instanceof Fault && error.code === "kube.Forbidden") return undefined;
    throw error;
  }
}
