import { controllerServiceAccount, karpenterNames } from "../../karpenter/names.ts";
import { type Release } from "../../karpenter/releases.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { Reading } from "../../ports/world.ts";
import { objectAt, textAt } from "../../kube/json.ts";
import type { RoleFacts } from "../../aws/account.ts";
import { hasOwnCredentials } from "../../aws/pod-credentials.ts";
import { find } from "../read/aws-find.ts";
import { GapKeeper } from "../read/gaps.ts";
import { readRoleFacts } from "../read/iam.ts";
import type { AccountFacts, ClusterFacts, GroupFacts, OidcState, SetupFacts } from "../../migration/setup/facts.ts";
import { readGroupFacts } from "../read/node-groups.ts";
import { checkCluster, clusterFacts, readCaller, readCluster } from "../read/identity.ts";
import { readNodeNetwork } from "../read/node-network.ts";
import type { Identity, SetupOptions } from "../../migration/setup/options.ts";
import { ipv6PolicyName } from "../../migration/setup/plan-node-policies.ts";
import { controllerPolicies, eventRules, policyValues } from "../../migration/setup/policies.ts";
import { clusterRefusals } from "../../migration/setup/refusals.ts";
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
} from "../read/aws-objects.ts";
import { chooseIdentity } from "../../migration/setup/choices.ts";
import { chosenRelease } from "../../karpenter/chosen-release.ts";
import { iamArn, nameOfArn, oidcArn, partitionOf } from "../../aws/arn.ts";
import { karpentersOf } from "../../karpenter/installations.ts";

/** Reads everything a setup plan depends on. Changes nothing. Throws `Fault` when the world or the options make a plan impossible. */
export async function readSetup(world: Reading, options: SetupOptions): Promise<SetupFacts> {
  const release = chosenRelease(options.karpenterVersion);
  const who = await readCaller(world);
  const description = await readCluster(world, { cluster: options.cluster, force: options.force });
  checkCluster(world, description, who.id);
  const account: AccountFacts = { ...who, ...partitionOf(textAt(description["arn"]) ?? "") };
  const cluster = clusterFacts(world, description, await hasPodIdentityAgent(world, textAt(description["name"]) ?? ""));
  const names = karpenterNames(cluster.name);
  const warnings: string[] = [];
  const oidcProvider = await readClusterOidc(world, cluster, account);
  const identity = chooseIdentity(cluster, release, oidcProvider, options.identity);
  const nodeGroups = await readGroupFacts(world.cloud, cluster, options.nodeGroups);
  const warn = (line: string): void => void warnings.push(line);
  const network = await readNodeNetwork(world, { cluster, groups: nodeGroups, identity: identity.identity, warn });
  const namespace = options.namespace ?? release.namespace;
  const base = { release, names, account, cluster, ...identity, namespace, nodeGroups, network, oidcProvider };
  const oldRoles = await readOldRoles(world, nodeGroups, warn);
  const needsIpv6Policy = cluster.isIpv6 && !(await hasCniRole(world, cluster.name));
  const karpenters = karpentersOf({ deployments: await world.cluster.list("deployments") });
  return {
    readAtMs: world.clock.nowMs(),
    serviceAccount: controllerServiceAccount,
    oldRoles,
    needsIpv6Policy,
    ...base,
    ...(await readExisting(world, { ...base, nodeRole: options.nodeRole ?? names.nodeRole })),
    refusals: clusterRefusals({ cluster, release, karpenters, force: options.force === true }),
    warnings,
  };
}

/** Roles of today's nodes with what they allow. What cannot be read is a warning: a plan without it is no worse than before. */
async function readOldRoles(
  world: Reading,
  groups: readonly GroupFacts[],
  warn: (line: string) => void,
): Promise<readonly RoleFacts[]> {
  const names = [...new Set(groups.flatMap(({ roleArn }) => (roleArn === undefined ? [] : nameOfArn(roleArn))))];
  const roles: RoleFacts[] = [];
  for (const name of names.toSorted()) {
    const keeper = new GapKeeper();
    const role = await keeper.keep("aws:GetRole", () => readRoleFacts(world.cloud, name, keeper), name);
    if (role !== undefined) roles.push(role);
    const [gap] = keeper.gaps;
    if (gap !== undefined) warn(`what node role ${name} allows is not known: ${gap.detail}`);
  }
  return roles;
}

/** Whether the VPC CNI has a role of its own: by IRSA, by Pod Identity, or by its add-on. */
async function hasCniRole(world: Reading, clusterName: string): Promise<boolean> {
  const serviceAccount = { name: "aws-node", namespace: "kube-system" };
  const accounts = await world.cluster.list("serviceaccounts", { namespace: serviceAccount.namespace });
  const of = { clusterName, namespace: serviceAccount.namespace, serviceAccount: serviceAccount.name };
  const [addon, association] = await Promise.all([
    find(world.cloud, "eks:DescribeAddon", { clusterName, addonName: "vpc-cni" }),
    readAssociation(world, of),
  ]);
  const pod = {
    namespace: serviceAccount.namespace,
    spec: { serviceAccountName: serviceAccount.name, containers: [] },
  };
  return hasOwnCredentials(
    { ...pod, annotations: {} },
    {
      serviceAccounts: accounts,
      account: {
        addons: addon === undefined ? [] : [objectAt(addon["addon"])],
        podIdentityAssociations: association === undefined ? [] : [of],
      },
    },
  );
}

async function readClusterOidc(
  world: Reading,
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

async function readExisting(world: Reading, base: Base): Promise<Existing> {
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
  if (cluster.isIpv6) {
    const arn = iamArn(account, `policy/${names.controllerPolicy(ipv6PolicyName)}`);
    policies[ipv6PolicyName] = await readPolicy(world, arn);
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
export async function hasPodIdentityAgent(world: Reading, clusterName: string): Promise<boolean> {
  const input = { clusterName, addonName: "eks-pod-identity-agent" };
  const addon: JsonObject = objectAt((await find(world.cloud, "eks:DescribeAddon", input))?.["addon"]);
  if (addon["status"] === "ACTIVE" || addon["status"] === "DEGRADED") return true;
  const daemons = await world.cluster.list("daemonsets", { namespace: "kube-system" });
  return daemons.some((one) => one.metadata.name === "eks-pod-identity-agent");
}
