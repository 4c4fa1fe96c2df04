import type { AutoscalerInstallation } from "../autoscaler/types.ts";
import type { Facts } from "./facts.ts";

/** `kube-system/cluster-autoscaler` */
export function titleOf(autoscaler: AutoscalerInstallation): string {
  return `${autoscaler.namespace}/${autoscaler.deployment}`;
}

/** The value of a flag as given last; a bare boolean flag reads as `true`. Undefined when it is not given. */
export function flagOf(autoscaler: AutoscalerInstallation, name: string): string | undefined {
  const value = autoscaler.flags.get(name)?.at(-1);
  return value === "" ? "true" : value;
}

/** A boolean flag as it is in force. */
export function isOn(autoscaler: AutoscalerInstallation, name: string, standard: boolean): boolean {
  const value = flagOf(autoscaler, name);
  return value === undefined ? standard : !["false", "f", "0"].includes(value.toLowerCase());
}

/** Whether any Cluster Autoscaler found has this protection on. Without one nothing is protected today. */
export function isProtecting(facts: Facts, flag: string): boolean {
  return facts.autoscalers.some((one) => isOn(one, flag, true));
}

/** A flag that holds a whole number. */
export function numberFlag(autoscaler: AutoscalerInstallation, name: string): number | undefined {
  const value = flagOf(autoscaler, name);
  return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

/** The minor of a version `1.33.2`; undefined when the version is unknown. */
export function minorOf(version: string | undefined): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(version ?? "")?.[1];
  return minor === undefined ? undefined : Number(minor);
}
