import type { Pod } from "../../../kube/objects.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";

/** What one group would add to help how many pods. */
export interface Option {
  readonly group: WorkingGroup;
  readonly nodes: number;
  readonly pods: readonly Pod[];
  readonly similar: readonly WorkingGroup[];
}
