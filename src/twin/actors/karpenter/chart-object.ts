import type { JsonObject, KubeObject } from "../../../kube/objects.ts";
import type { ResourceName } from "../../../kube/resources.ts";

/** One object that a chart makes. */
export interface ChartObject {
  readonly resource: ResourceName;
  readonly object: KubeObject & JsonObject;
  /** Out of the chart's `crds/` folder: helm makes it where it is missing and never removes it. */
  readonly isOfCrdFolder?: boolean;
}
