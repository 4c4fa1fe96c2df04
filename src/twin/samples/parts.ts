import type { GroupSpec, WorkloadSpec } from "./spec.ts";

/** A managed node group of three m5.xlarge in three zones, but for what is said. */
export function managed(name: string, rest: Partial<GroupSpec> = {}): GroupSpec {
  return {
    name,
    kind: "managed",
    capacityType: "on-demand",
    instanceTypes: ["m5.xlarge"],
    min: 1,
    max: 10,
    desired: 3,
    zones: ["a", "b", "c"],
    ...rest,
  };
}

/** A Deployment of small pods, spread softly over zones, with a budget of one, but for what is said; `name` is `namespace/name`. */
export function service(name: string, replicas: number, rest: Partial<WorkloadSpec> = {}): WorkloadSpec {
  const [namespace = "", own = ""] = name.split("/");
  return {
    kind: "Deployment",
    namespace,
    name: own,
    replicas,
    cpu: "400m",
    memory: "512Mi",
    budget: { maxUnavailable: 1 },
    spread: "zone-soft",
    ...rest,
  };
}

/** What a sample account and cluster of our days have. */
export const modern = {
  authenticationMode: "API_AND_CONFIG_MAP",
  hasOidcProvider: true,
  hasSpotRole: true,
} as const;
