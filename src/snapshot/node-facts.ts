import type { Account } from "../aws/account.ts";
import { listAt, numberAt, objectsAt, textAt, valueAt } from "../kube/json.ts";
import { instanceIdOf, nodegroupOf, readFacts } from "../kube/node.ts";
import type { JsonObject, Node } from "../kube/objects.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * The snapshot with what EC2, EKS and Auto Scaling say of its nodes noted on them: capacity type, instance type and zone. Labels are what
 * somebody wrote; these are what is billed. Twice is the same as once.
 */
export function withNodeFacts<S extends Snapshot>(snapshot: S): S {
  const { account, objects } = snapshot;
  if (account === undefined || objects.nodes === undefined) return snapshot;
  const facts = new AccountFacts(account);
  return { ...snapshot, objects: { ...objects, nodes: objects.nodes.map((node) => noted(node, facts)) } };
}

function noted(node: Node, facts: AccountFacts): Node {
  const found = facts.of(node);
  const entries = Object.entries(found).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  if (entries.length === 0) return node;
  const annotations = { ...node.metadata.annotations, ...Object.fromEntries(entries) };
  return { ...node, metadata: { ...node.metadata, annotations } };
}

class AccountFacts {
  readonly #instances: ReadonlyMap<string, JsonObject>;
  readonly #groupOfInstance = new Map<string, JsonObject>();
  readonly #nodegroups: ReadonlyMap<string, JsonObject>;
  readonly #templates: readonly JsonObject[];

  constructor(account: Account) {
    this.#instances = new Map((account.instances ?? []).map((one) => [textAt(one, "InstanceId") ?? "", one]));
    this.#nodegroups = new Map((account.nodegroups ?? []).map((one) => [textAt(one, "nodegroupName") ?? "", one]));
    this.#templates = account.launchTemplateVersions ?? [];
    for (const group of account.autoScalingGroups ?? []) {
      for (const one of objectsAt(group, "Instances")) {
        this.#groupOfInstance.set(textAt(one, "InstanceId") ?? "", group);
      }
    }
  }

  of(node: Node): Readonly<Record<string, string | undefined>> {
    const id = instanceIdOf(node) ?? "";
    const instance = this.#instances.get(id);
    return {
      [readFacts.capacityType]: instance === undefined ? this.#ofGroup(node, id) : lifecycleOf(instance),
      [readFacts.instanceType]: textAt(instance, "InstanceType"),
      [readFacts.zone]: textAt(instance, "Placement", "AvailabilityZone"),
    };
  }

  /** What the group leaves no choice about; `unknown` where it runs both. */
  #ofGroup(node: Node, id: string): string | undefined {
    const managed = textAt(this.#nodegroups.get(nodegroupOf(node) ?? ""), "capacityType");
    if (managed !== undefined)
      return managed === "SPOT" ? "spot" : managed === "CAPACITY_BLOCK" ? "reserved" : "on-demand";
    const group = this.#groupOfInstance.get(id);
    return group === undefined ? undefined : this.#ofScalingGroup(group);
  }

  #ofScalingGroup(group: JsonObject): string | undefined {
    const policy = valueAt(group, "MixedInstancesPolicy");
    if (policy === undefined) return this.#ofTemplate(valueAt(group, "LaunchTemplate"));
    const base = numberAt(policy, "InstancesDistribution", "OnDemandBaseCapacity") ?? 0;
    const above = numberAt(policy, "InstancesDistribution", "OnDemandPercentageAboveBaseCapacity") ?? 100;
    if (above === 100) return "on-demand";
    if (above === 0 && base === 0) return "spot";
    const size = listAt(group, "Instances").length;
    return above === 0 && base >= size ? "on-demand" : "unknown";
  }

  #ofTemplate(specification: ReturnType<typeof valueAt>): string | undefined {
    const [id, version] = [textAt(specification, "LaunchTemplateId"), textAt(specification, "Version")];
    const found = this.#templates.find(
      (one) => textAt(one, "LaunchTemplateId") === id && String(numberAt(one, "VersionNumber")) === version,
    );
    if (found === undefined) return undefined;
    const market = textAt(found, "LaunchTemplateData", "InstanceMarketOptions", "MarketType");
    return market === "spot" ? "spot" : market === "capacity-block" ? "reserved" : "on-demand";
  }
}

/** EC2 names the lifecycle of spot instances and capacity blocks; it says nothing of on-demand ones. */
function lifecycleOf(instance: JsonObject): string {
  const lifecycle = textAt(instance, "InstanceLifecycle");
  return lifecycle === "spot" ? "spot" : lifecycle === "capacity-block" ? "reserved" : "on-demand";
}
