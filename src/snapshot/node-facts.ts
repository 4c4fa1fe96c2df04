import type { Account } from "../aws/account.ts";
import { capacityTypeOfGroup, capacityTypeOfInstance, type GroupDescriptions } from "../aws/capacity-type.ts";
import { launchTemplateVersion } from "../aws/launch-templates.ts";
import { objectsAt, textAt } from "../kube/json.ts";
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
  return { ...snapshot, objects: { ...objects, nodes: nodesWithFacts(objects.nodes, account) } };
}

/** The same for nodes alone. */
export function nodesWithFacts(nodes: readonly Node[], account: Account): readonly Node[] {
  const facts = new AccountFacts(account);
  return nodes.map((node) => noted(node, facts));
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
  readonly #account: Account;

  constructor(account: Account) {
    this.#instances = new Map((account.instances ?? []).map((one) => [textAt(one, "InstanceId") ?? "", one]));
    this.#nodegroups = new Map((account.nodegroups ?? []).map((one) => [textAt(one, "nodegroupName") ?? "", one]));
    this.#account = account;
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
      [readFacts.capacityType]: instance === undefined ? this.#ofGroup(node, id) : capacityTypeOfInstance(instance),
      [readFacts.instanceType]: textAt(instance, "InstanceType"),
      [readFacts.zone]: textAt(instance, "Placement", "AvailabilityZone"),
    };
  }

  /** What the group leaves no choice about; `unknown` where it runs both. */
  #ofGroup(node: Node, id: string): string | undefined {
    const nodegroup = this.#nodegroups.get(nodegroupOf(node) ?? "");
    const group = this.#groupOfInstance.get(id);
    const kind = capacityTypeOfGroup({ nodegroup, autoScalingGroup: group, ...this.#launchOf(group) });
    return kind === "mixed" ? "unknown" : kind;
  }

  #launchOf(group: JsonObject | undefined): Pick<GroupDescriptions, "launchTemplateVersion" | "launchConfiguration"> {
    const name = textAt(group, "LaunchConfigurationName");
    return {
      launchTemplateVersion: launchTemplateVersion(this.#account, {
        id: textAt(group, "LaunchTemplate", "LaunchTemplateId"),
        name: textAt(group, "LaunchTemplate", "LaunchTemplateName"),
        version: textAt(group, "LaunchTemplate", "Version"),
      }),
      launchConfiguration: (this.#account.launchConfigurations ?? []).find(
        (one) => name !== undefined && textAt(one, "LaunchConfigurationName") === name,
      ),
    };
  }
}
