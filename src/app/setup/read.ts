import { objectAt, textAt } from "../../kube/json.ts";
import { controllerServiceAccount, karpenterNames } from "../../karpenter/names.ts";
import { defaultRelease, knownReleases, type Release, releaseOf } from "../../karpenter/release.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { usage } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { find } from "./calls.ts";
import type { AccountFacts, ClusterFacts, GroupFacts, OidcState, SetupFacts } from "./facts.ts";
import { readGroups } from "./groups.ts";
import { checkCluster, clusterFacts, partitionOf, readAccount, readCluster } from "./identify.ts";
import { readNetwork } from "./network.ts";
import type { Identity, SetupOptions } from "./options.ts";
import { controllerPolicies, eventRules, type PolicyValues } from "./policies.ts";
import { clusterRefusals } from "./refusals.ts";
import {
  hasSpotRole,
  readAccessEntry,
  readAssociation,
  readMapRoles,
  readOidc,
  readPolicy,
  readProfile,
  readQueue,
  readRole,
  readRule,
} from "./state.ts";

/** Reads everything a setup plan depends on. Changes nothing. Throws `Fault` when the world or the options make a plan impossible. */
export async function readSetup(world: World, options: SetupOptions): Promise<SetupFacts> {
  const release = chosenRelease(options.karpenterVersion);
  const who = await readAccount(world);
  const description = await readCluster(world, { cluster: options.cluster, force: options.force });
  checkCluster(world, description, who.id);
  const account: AccountFacts = { ...who, ...partitionOf(textAt(description["arn"]) ?? "") };
  const cluster = clusterFacts(world, description, await hasPodIdentityAgent(world, textAt(description["name"]) ?? ""));
  const names = karpenterNames(cluster.name);
  const warnings: string[] = [];
  const oidcProvider = await readClusterOidc(world, cluster, account);
  const identity = chooseIdentity(cluster, release, oidcProvider, options.identity);
  const nodeGroups = await readGroups(world, cluster, options.nodeGroups);
  const warn = (line: string): void => void warnings.push(line);
  const network = await readNetwork(world, { cluster, groups: nodeGroups, identity: identity.identity, warn });
  const namespace = options.namespace ?? release.namespace;
  const base = { release, names, account, cluster, ...identity, namespace, nodeGroups, network, oidcProvider };
  return {
    readAtMs: world.clock.nowMs(),
    serviceAccount: controllerServiceAccount,
    ...base,
    ...(await readExisting(world, { ...base, nodeRole: options.nodeRole ?? names.nodeRole })),
    refusals: await clusterRefusals(world, { cluster, release, force: options.force === true }),
    warnings,
  };
}

/** Values that fill the controller's policies. */
export function policyValues(facts: {
  readonly account: AccountFacts;
  readonly cluster: ClusterFacts;
  readonly names: { readonly queue: string };
  readonly nodeRoleArn: string;
}): PolicyValues {
  const { account, cluster } = facts;
  return {
    partition: account.partition,
    region: account.region,
    account: account.id,
    cluster: cluster.name,
    dnsSuffix: account.dnsSuffix,
    nodeRoleArn: facts.nodeRoleArn,
    queueArn: `arn:${account.partition}:sqs:${account.region}:${account.id}:${facts.names.queue}`,
  };
}

/** ARN of a role or policy of this account without a path. */
export function iamArn(account: AccountFacts, what: string): string {
  return `arn:${account.partition}:iam::${account.id}:${what}`;
}

/** ARN of a cluster's OIDC provider. */
export function oidcArn(account: AccountFacts, issuer: string): string {
  return iamArn(account, `oidc-provider/${issuer.replace(/^https:\/\//, "")}`);
}

/** The release that the user asked for, or the default. Throws a usage fault for one that Dovetail cannot set up. */
export function chosenRelease(version: string | undefined): Release {
  const release = releaseOf(version ?? defaultRelease);
  if (release !== undefined) return release;
  throw usage(
    "unknown-karpenter",
    `Karpenter ${version} is not a release that Dovetail can set up`,
    `pass --karpenter-version with one of ${knownReleases}, for example ${defaultRelease}`,
  );
}

async function readClusterOidc(
  world: World,
  cluster: ClusterFacts,
  account: AccountFacts,
): Promise<OidcState | undefined> {
  return cluster.issuer === undefined ? undefined : readOidc(world, oidcArn(account, cluster.issuer));
}

interface Base {
  readonly release: Release;
  readonly names: SetupFacts["names"];
  readonly account: AccountFacts;
  readonly cluster: ClusterFacts;
  readonly identity: Identity;
  readonly namespace: string;
  readonly nodeGroups: readonly GroupFacts[];
  readonly nodeRole: string;
}

type Existing = Pick<
  SetupFacts,
  | "roles"
  | "policies"
  | "instanceProfile"
  | "association"
  | "accessEntry"
  | "mapRoles"
  | "queue"
  | "rules"
  | "hasSpotRole"
>;

async function readExisting(world: World, base: Base): Promise<Existing> {
  const { release, names, account, cluster, nodeRole } = base;
  const controllerRole = names.controllerRole;
  const roles: Record<string, SetupFacts["roles"][string]> = {};
  for (const name of [nodeRole, controllerRole]) roles[name] = await readRole(world, name);
  const nodeRoleArn = roles[nodeRole]?.arn ?? iamArn(account, `role/${nodeRole}`);
  const policies: Record<string, SetupFacts["policies"][string]> = {};
  for (const policy of controllerPolicies(release, policyValues({ account, cluster, names, nodeRoleArn }))) {
    const arn = iamArn(account, `policy/${names.controllerPolicy(policy.name)}`);
    policies[policy.name] = await readPolicy(world, arn);
  }
  const rules: Record<string, SetupFacts["rules"][string]> = {};
  for (const rule of eventRules(release)) rules[rule.name] = await readRule(world, names.eventRule(rule.name));
  const hasEntries = cluster.authenticationMode !== "CONFIG_MAP";
  const association = {
    clusterName: cluster.name,
    namespace: base.namespace,
    serviceAccount: controllerServiceAccount,
  };
  return {
    roles,
    policies,
    instanceProfile: release.needsInstanceProfile ? await readProfile(world, nodeRole) : undefined,
    association: base.identity === "pod-identity" ? await readAssociation(world, association) : undefined,
    accessEntry: hasEntries ? await readAccessEntry(world, cluster.name, nodeRoleArn) : undefined,
    mapRoles: cluster.authenticationMode === "API" ? undefined : (await readMapRoles(world)).mapRoles,
    queue: release.hasInterruptionQueue ? await readQueue(world, names.queue) : undefined,
    rules,
    hasSpotRole: await hasSpotRole(world),
  };
}

/** Whether pods of the cluster can get credentials by EKS Pod Identity. */
export async function hasPodIdentityAgent(world: World, clusterName: string): Promise<boolean> {
  const input = { clusterName, addonName: "eks-pod-identity-agent" };
  const addon: JsonObject = objectAt((await find(world, "eks:DescribeAddon", input))?.["addon"]);
  if (addon["status"] === "ACTIVE" || addon["status"] === "DEGRADED") return true;
  const daemons = await world.cluster.list("daemonsets", { namespace: "kube-system" });
  return daemons.some((one) => one.metadata.name === "eks-pod-identity-agent");
}

function chooseIdentity(
  cluster: ClusterFacts,
  release: Release,
  provider: OidcState | undefined,
  wanted: Identity | undefined,
): { readonly identity: Identity; readonly identityWhy: string } {
  if (wanted === "pod-identity" && !release.hasPodIdentity) {
    throw usage("no-pod-identity", `Karpenter ${release.version} cannot use EKS Pod Identity`, "pass --identity irsa");
  }
  if (wanted === "pod-identity" && !cluster.hasPodIdentityAgent) {
    throw usage(
      "no-pod-identity-agent",
      `cluster ${cluster.name} does not run the EKS Pod Identity Agent`,
      `aws eks create-addon --cluster-name ${cluster.name} --addon-name eks-pod-identity-agent, or pass --identity irsa`,
    );
  }
  if (wanted === "irsa" && cluster.issuer === undefined) {
    throw usage("no-issuer", `cluster ${cluster.name} has no OIDC issuer`, "pass --identity pod-identity");
  }
  if (wanted !== undefined) return { identity: wanted, identityWhy: "as asked for" };
  if (release.hasPodIdentity && cluster.hasPodIdentityAgent) {
    return { identity: "pod-identity", identityWhy: "the cluster runs the EKS Pod Identity Agent" };
  }
  const why =
    provider === undefined
      ? "the cluster runs no EKS Pod Identity Agent; its OIDC provider will be registered"
      : "the cluster's OIDC provider is registered in IAM";
  return { identity: "irsa", identityWhy: why };
}
