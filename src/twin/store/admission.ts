import { isList, isObject } from "../../kube/json.ts";
import type { Json } from "../../kube/objects.ts";
import { type Stored, withFields } from "./objects.ts";

const nodeConditions = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** What the API server fills in when a pod is created and what its readers rely on. A pod begins pending whatever its maker wrote. */
export function admitPod(pod: Stored): Stored {
  const spec = isObject(pod["spec"]) ? pod["spec"] : {};
  const tolerations = isList(spec["tolerations"]) ? spec["tolerations"].filter(isObject) : [];
  const isTolerated = (key: string): boolean =>
    tolerations.some((one) => one["key"] === key || (one["key"] === undefined && one["operator"] === "Exists"));
  const added: readonly Json[] = nodeConditions
    .filter((key) => !isTolerated(key))
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  return withFields(pod, {
    spec: {
      terminationGracePeriodSeconds: 30,
      restartPolicy: "Always",
      schedulerName: "default-scheduler",
      serviceAccountName: "default",
      priority: 0,
      ...spec,
      tolerations: [...tolerations, ...added],
    },
    status: { phase: "Pending" },
  });
}
