import { parseQuantity } from "../../kube/quantity.ts";
import type { JsonObject, Labels } from "../../kube/objects.ts";
import { goJson } from "../../kube/go-json.ts";
import type { ProviderBehaviour } from "../behaviour.ts";
import type { Kubelet, NodeClassSpec } from "./node-class.ts";

/** The kubelet's configuration as types are sized and nodes are told. */
export interface ResolvedKubelet extends Omit<Kubelet, "maxPods"> {
  readonly maxPods?: number;
}

/**
 * What of a class's kubelet configuration is heeded. Since v1.15 it is an open map whose values may be CEL expressions; without the gate
 * NodeClassCEL those count as not written (karpenter-provider-aws v1.15.2, `instancetype/types.go`, resolveMaxPods and
 * resolveResourceExpressions).
 */
export function resolvedKubelet(
  { kubelet = {} }: NodeClassSpec,
  behaviour: Pick<ProviderBehaviour, "kubelet">,
): ResolvedKubelet {
  const { maxPods, ...others } = kubelet;
  const pods = typeof maxPods === "number" ? { maxPods } : {};
  if (behaviour.kubelet === "typed") return { ...others, ...pods };
  const { kubeReserved, systemReserved } = others;
  return {
    ...others,
    ...pods,
    ...(kubeReserved === undefined ? {} : { kubeReserved: quantitiesIn(kubeReserved) }),
    ...(systemReserved === undefined ? {} : { systemReserved: quantitiesIn(systemReserved) }),
  };
}

function quantitiesIn(map: Labels): Labels {
  return Object.fromEntries(Object.entries(map).filter(([, text]) => parseQuantity(text).ok));
}

/** An open kubelet configuration as Go prints it; `null` where nothing is written (`KubeletConfiguration.String`, v1.15). */
export function kubeletText(kubelet: JsonObject | undefined): string {
  if (kubelet === undefined || Object.keys(kubelet).length === 0) return "null";
  return goJson(kubelet);
}
