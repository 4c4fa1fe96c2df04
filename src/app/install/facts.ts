import { controllerServiceAccount, type KarpenterNames, karpenterNames } from "../../karpenter/names.ts";
import type { Release } from "../../karpenter/releases.ts";
import type { KubeObject, Node } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import { reservedInterfaces, vpcCniOf } from "../../aws/vpc-cni.ts";
import { textAt } from "../../kube/json.ts";
import type { AccountFacts, ClusterFacts, RoleState } from "../../migration/setup/facts.ts";
import { readGroupFacts } from "../read/node-groups.ts";
import { nodeRoleOf } from "../../migration/history.ts";
import { checkCluster, clusterFacts, readCaller, readCluster } from "../read/identity.ts";
import { readNodeNetwork } from "../read/node-network.ts";
import { type Identity } from "../../migration/setup/options.ts";
import { hasPodIdentityAgent } from "../setup/read.ts";
import { clusterRefusals } from "../../migration/setup/refusals.ts";
import { readAssociation, readQueue, readRole } from "../read/aws-objects.ts";
import { crdReleaseName, type InstallOptions, releaseName } from "../../migration/install/options.ts";
import { chosenRelease } from "../../karpenter/chosen-release.ts";
import { partitionOf } from "../../aws/arn.ts";
import type { InstallFacts } from "../../migration/install/facts.ts";
import { karpentersOf } from "../../karpenter/installations.ts";
import { patient } from "../read/patient.ts";

/** Reads the cluster, the setup and helm. Changes nothing. Throws `install.no-setup` when there is nothing to install on. */
export async function readInstall(impatient: Reading, options: InstallOptions): Promise<InstallFacts> {
  const world = patient(impatient);
  const release = chosenRelease(options.karpenterVersion);
  const helmVersion = await world.charts.version();
  const who = await readCaller(world);
  const description = await readCluster(world, { cluster: options.cluster, force: options.force });
  checkCluster(world, description, who.id);
  const account: AccountFacts = { ...who, ...partitionOf(textAt(description["arn"]) ?? "") };
  const agent = await hasPodIdentityAgent(world, textAt(description["name"]) ?? "");
  const cluster = clusterFacts(world, description, agent);
  const names = karpenterNames(cluster.name);
  const namespace = options.namespace ?? release.namespace;
  const { role, identity } = await readIdentity(world, { cluster, names, namespace, wanted: options.identity });
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const groups = await readGroupFacts(world.cloud, cluster, undefined);
  const network = await readNodeNetwork(world, { cluster, groups, identity, warn });
  const queue = release.hasInterruptionQueue ? await readQueue(world, names.queue) : undefined;
  if (release.hasInterruptionQueue && queue === undefined) {
    warn(`queue ${names.queue} does not exist: Karpenter will not hear of spot interruptions; run \`dovetail setup\``);
  }
  const karpenters = karpentersOf({ deployments: await world.cluster.list("deployments") });
  return {
    readAtMs: world.clock.nowMs(),
    release,
    names,
    account,
    cluster,
    namespace,
    serviceAccount: controllerServiceAccount,
    identity,
    controllerRoleArn: role.arn,
    nodeRole: nodeRoleOf((await world.journal.read()).entries, cluster.name) ?? names.nodeRole,
    queueName: queue === undefined ? undefined : names.queue,
    isIsolated: network.isIsolated === true,
    hasEksEndpoint: !network.missingEndpoints.some((service) => service.endsWith(".eks")),
    helmVersion,
    warnings,
    ...(await readObjects(world, { release, namespace, options, clusterName: cluster.name })),
    refusals: clusterRefusals({ cluster, release, karpenters, force: options.force === true }),
  };
}

async function readIdentity(
  world: Reading,
  of: { cluster: ClusterFacts; names: KarpenterNames; namespace: string; wanted: Identity | undefined },
): Promise<{ readonly role: RoleState; readonly identity: Identity }> {
  const role = await readRole(world, of.names.controllerRole);
  if (role === undefined) {
    throw new Fault("install.no-setup", `role ${of.names.controllerRole} does not exist: the AWS side is not set up`, {
      why: "the controller could neither launch nor remove nodes",
      hint: "run `dovetail setup` first",
    });
  }
  const key = { clusterName: of.cluster.name, namespace: of.namespace, serviceAccount: controllerServiceAccount };
  const association = await readAssociation(world, key);
  const isAssociated = association !== undefined && association["roleArn"] === role.arn;
  if (of.wanted === "pod-identity" && !isAssociated) {
    throw new Fault(
      "install.no-association",
      `${key.namespace}/${key.serviceAccount} has no Pod Identity association`,
      {
        hint: "run `dovetail setup --identity pod-identity` first",
      },
    );
  }
  return { role, identity: of.wanted ?? (isAssociated ? "pod-identity" : "irsa") };
}

type Objects = Pick<
  InstallFacts,
  | "replicas"
  | "needsHostNetwork"
  | "reservedInterfaces"
  | "hasNamespace"
  | "chartRelease"
  | "crdRelease"
  | "crds"
  | "existing"
>;

async function readObjects(
  world: Reading,
  of: { release: Release; namespace: string; options: InstallOptions; clusterName: string },
): Promise<Objects> {
  const nodes = (await world.cluster.list("nodes")).filter(canHoldController);
  const daemons = await world.cluster.list("daemonsets");
  const hasVpcCni = daemons.some((one) => one.metadata.name === "aws-node");
  const hasOtherCni = daemons.some((one) => /^(cilium|calico-node|antrea-agent|weave-net)$/.test(one.metadata.name));
  const crds = (await world.cluster.list("customresourcedefinitions")).filter((crd) =>
    /\.karpenter\.(sh|k8s\.aws)$/.test(crd.metadata.name),
  );
  const names = new Set(crds.map((crd) => crd.metadata.name));
  return {
    // Two replicas must not share a node, so a cluster with one node gets one.
    replicas: of.options.replicas ?? (nodes.length === 1 ? 1 : 2),
    needsHostNetwork: hasOtherCni && !hasVpcCni,
    reservedInterfaces: reservedInterfaces(vpcCniOf({ daemonsets: daemons })),
    hasNamespace: (await world.cluster.get({ resource: "namespaces", name: of.namespace })) !== undefined,
    chartRelease: await world.charts.release(releaseName, of.namespace),
    crdRelease: await world.charts.release(crdReleaseName, of.namespace),
    crds: crds.map((crd) => ({ name: crd.metadata.name, owner: ownerOf(crd) })),
    existing: await readExisting(world, names),
  };
}

async function readExisting(world: Reading, crds: ReadonlySet<string>): Promise<ReadonlyMap<string, KubeObject>> {
  const kinds = [
    ["nodepools.karpenter.sh", "nodepools", "NodePool"],
    ["ec2nodeclasses.karpenter.k8s.aws", "ec2nodeclasses", "EC2NodeClass"],
    ["provisioners.karpenter.sh", "provisioners", "Provisioner"],
    ["awsnodetemplates.karpenter.k8s.aws", "awsnodetemplates", "AWSNodeTemplate"],
  ] as const;
  const found = new Map<string, KubeObject>();
  for (const [crd, resource, kind] of kinds) {
    if (!crds.has(crd)) continue;
    for (const one of await world.cluster.list(resource)) found.set(`${kind}/${one.metadata.name}`, one);
  }
  return found;
}

function canHoldController(node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (labels["karpenter.sh/nodepool"] !== undefined || node.spec?.unschedulable === true) return false;
  const taints = node.spec?.taints ?? [];
  return taints.every((taint) => taint.effect === "PreferNoSchedule" || taint.key === "CriticalAddonsOnly");
}

function ownerOf(crd: KubeObject): string | undefined {
  const annotations = crd.metadata.annotations ?? {};
  const name = annotations["meta.helm.sh/release-name"];
  return name === undefined ? undefined : `${annotations["meta.helm.sh/release-namespace"] ?? ""}/${name}`;
}
