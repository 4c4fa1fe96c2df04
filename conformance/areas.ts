import { algebraArea } from "./algebra-area.ts";
import type { Area } from "./area.ts";
import { autoscalerArea } from "./autoscaler/area.ts";
import { awsAreas } from "./aws-areas.ts";
import { kubeSchedulerArea } from "./kube-scheduler/area.ts";
import { schedulingAreas } from "./scheduling-areas.ts";
import { sortArea } from "./sort-area.ts";

/** Every area we answer for. */
export const areas: readonly Area[] = [
  algebraArea,
  sortArea,
  ...schedulingAreas,
  ...awsAreas,
  autoscalerArea,
  kubeSchedulerArea,
];

export function areaOf(name: string): Area | undefined {
  return areas.find((area) => (area.name.endsWith("*") ? name.startsWith(area.name.slice(0, -1)) : area.name === name));
}
