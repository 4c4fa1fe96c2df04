import { flagAt, listAt, numberAt, objectsAt, scalarAt, textAt, valueAt } from "../../kube/json.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { humanDuration, since } from "./age.ts";
import { conditionIn, none, pairs, selectorText, templateColumns } from "./cells.ts";
import { ageColumn, nameColumn, type TableColumn } from "./column.ts";

const template = templateColumns("spec", "template");
const selector: TableColumn = {
  name: "Selector",
  isWide: true,
  cell: (one) => selectorText(valueAt(one, "spec", "selector")),
};

function integer(title: string, ...path: readonly string[]): TableColumn {
  return { name: title, type: "integer", cell: (object) => numberAt(object, ...path) ?? 0 };
}

function readyOf(object: Stored): string {
  return `${numberAt(object, "status", "readyReplicas") ?? 0}/${numberAt(object, "spec", "replicas") ?? 1}`;
}

const sets: readonly TableColumn[] = [
  nameColumn,
  integer("Desired", "spec", "replicas"),
  integer("Current", "status", "replicas"),
  integer("Ready", "status", "readyReplicas"),
  ageColumn,
  ...template,
  selector,
];

/** Columns of workloads. */
export const workloadColumns: { readonly [R in ResourceName]?: readonly TableColumn[] } = {
  deployments: [
    nameColumn,
    { name: "Ready", cell: readyOf },
    integer("Up-to-date", "status", "updatedReplicas"),
    integer("Available", "status", "availableReplicas"),
    ageColumn,
    ...template,
    selector,
  ],
  replicasets: sets,
  replicationcontrollers: sets,
  statefulsets: [nameColumn, { name: "Ready", cell: readyOf }, ageColumn, ...template],
  daemonsets: [
    nameColumn,
    integer("Desired", "status", "desiredNumberScheduled"),
    integer("Current", "status", "currentNumberScheduled"),
    integer("Ready", "status", "numberReady"),
    integer("Up-to-date", "status", "updatedNumberScheduled"),
    integer("Available", "status", "numberAvailable"),
    { name: "Node Selector", cell: (set) => pairs(valueAt(set, "spec", "template", "spec", "nodeSelector")) },
    ageColumn,
    ...template,
    selector,
  ],
  jobs: [
    nameColumn,
    { name: "Status", cell: jobStatus },
    {
      name: "Completions",
      cell: (job) => {
        const done = numberAt(job, "status", "succeeded") ?? 0;
        const wanted = numberAt(job, "spec", "completions");
        const width = numberAt(job, "spec", "parallelism") ?? 0;
        if (wanted !== undefined) return `${done}/${wanted}`;
        return width > 1 ? `${done}/1 of ${width}` : `${done}/1`;
      },
    },
    { name: "Duration", cell: jobDuration },
    ageColumn,
    ...template,
    selector,
  ],
  cronjobs: [
    nameColumn,
    { name: "Schedule", cell: (one) => textAt(one, "spec", "schedule") ?? "" },
    { name: "Timezone", cell: (one) => textAt(one, "spec", "timeZone") ?? none },
    { name: "Suspend", cell: (one) => (flagAt(one, "spec", "suspend") === true ? "True" : "False") },
    { name: "Active", type: "integer", cell: (one) => listAt(one, "status", "active").length },
    {
      name: "Last Schedule",
      cell: (one, nowMs) => {
        const last = textAt(one, "status", "lastScheduleTime");
        return last === undefined ? none : since(last, nowMs);
      },
    },
    ageColumn,
    ...templateColumns("spec", "jobTemplate", "spec", "template"),
    { name: "Selector", isWide: true, cell: () => none },
  ],
  horizontalpodautoscalers: [
    nameColumn,
    {
      name: "Reference",
      cell: (one) =>
        `${textAt(one, "spec", "scaleTargetRef", "kind") ?? ""}/${textAt(one, "spec", "scaleTargetRef", "name") ?? ""}`,
    },
    { name: "Targets", cell: targetsOf },
    { name: "MinPods", cell: (one) => scalarAt(one, "spec", "minReplicas") ?? "<unset>" },
    integer("MaxPods", "spec", "maxReplicas"),
    integer("Replicas", "status", "currentReplicas"),
    ageColumn,
  ],
  poddisruptionbudgets: [
    nameColumn,
    { name: "Min Available", cell: (one) => scalarAt(one, "spec", "minAvailable") ?? "N/A" },
    { name: "Max Unavailable", cell: (one) => scalarAt(one, "spec", "maxUnavailable") ?? "N/A" },
    integer("Allowed Disruptions", "status", "disruptionsAllowed"),
    ageColumn,
  ],
};

function jobStatus(job: Stored): string {
  const holds = (type: string): boolean => conditionIn(job, type)?.["status"] === "True";
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (holds("Suspended")) return "Suspended";
  return holds("FailureTarget") ? "FailureTarget" : holds("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function jobDuration(job: Stored, nowMs: number): string {
  const start = textAt(job, "status", "startTime");
  if (start === undefined) return "";
  const end = textAt(job, "status", "completionTime");
  return humanDuration((end === undefined ? nowMs : Date.parse(end)) - Date.parse(start));
}

// The sandbox has no metrics: what a target is compared with is not known.
function targetsOf(one: Stored): string {
  const all = objectsAt(one, "spec", "metrics").map((metric) => {
    const utilization = numberAt(metric, "resource", "target", "averageUtilization");
    const resource = textAt(metric, "resource", "name");
    return utilization === undefined || resource === undefined ? "<unknown>" : `${resource}: <unknown>/${utilization}%`;
  });
  return all.length === 0 ? none : all.join(", ");
}
