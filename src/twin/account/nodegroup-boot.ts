import type { JsonObject, Taint } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { object, objects } from "./account.ts";
import type { Row } from "./state.ts";

const effects: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** What the user data of a managed node group tells the kubelet. */
export function kubeletOf(nodegroup: Row): JsonObject {
  return {
    labels: {
      "eks.amazonaws.com/nodegroup": nodegroup["nodegroupName"],
      "eks.amazonaws.com/nodegroup-image": nodegroup["_imageId"],
      "eks.amazonaws.com/capacityType": nodegroup["capacityType"],
      ...object(nodegroup["labels"]),
    },
    taints: objects(nodegroup["taints"]).map((taint) => ({ ...kubernetesTaint(taint) })),
  };
}

/** A taint in Kubernetes' words; EKS has its own for the effects. */
export function kubernetesTaint(taint: JsonObject): Taint {
  const effect = str(taint["effect"]);
  const value = taint["value"];
  return {
    key: str(taint["key"]),
    ...(typeof value === "string" ? { value } : {}),
    effect: effects[effect] ?? effect,
  };
}
