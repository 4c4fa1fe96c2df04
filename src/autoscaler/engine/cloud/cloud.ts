import type { Node } from "../../../kube/objects.ts";
import type { Group, GroupOptions, Instance } from "../view.ts";

/** A node group while a loop works on it: its size follows the calls that the loop makes. */
export interface WorkingGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  target: number;
  instances: readonly Instance[];
  readonly template: Node | undefined;
  readonly options: GroupOptions;
}

/** The provider as one loop sees it: refreshed at its beginning, and changed by the loop's own calls. */
export class WorkingCloud {
  readonly groups: readonly WorkingGroup[];
  readonly #byName: ReadonlyMap<string, WorkingGroup>;
  readonly #byInstance = new Map<string, WorkingGroup>();

  constructor(groups: readonly Group[]) {
    this.groups = groups.map(({ name, min, max, target, instances, template, options = {} }) => ({
      name,
      min,
      max,
      target,
      instances,
      template,
      options,
    }));
    this.#byName = new Map(this.groups.map((group) => [group.name, group]));
    for (const group of this.groups) for (const { id } of group.instances) this.#byInstance.set(id, group);
  }

  /** A group by name. */
  group(name: string): WorkingGroup | undefined {
    return this.#byName.get(name);
  }

  /** The group that a node belongs to: one of whose instances it is. Undefined for nodes that CA does not manage. */
  groupOf(node: Node): WorkingGroup | undefined {
    const id = node.spec?.providerID;
    return id === undefined ? undefined : this.#byInstance.get(id);
  }

  /** Whether the instance of a node is still there. */
  hasInstance(node: Node): boolean {
    return this.groupOf(node) !== undefined;
  }
}
