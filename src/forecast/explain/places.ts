import type { PlaceRefusal } from "./types.ts";

/** The engine's short words for why a node did not take a pod, in words. */
const words: Readonly<Record<string, string>> = {
  consolidateAfter: "still within consolidateAfter, so it takes no moved pods",
  taints: "a taint that the pod does not tolerate",
  volumes: "no more volumes can be attached",
  ports: "a host port is taken",
  resources: "too little room",
  requirements: "its labels are not what the pod asks for",
  volume: "the pod's volume lies elsewhere",
  "volume-place": "the pod's volume lies elsewhere",
  topology: "topology spread or pod affinity forbids it",
  "topology.requirements": "topology spread or pod affinity forbids it",
  "filter.resources": "too little room in any instance type that is left to it",
  "filter.requirements": "no instance type is left that meets the requirements",
  "filter.offering": "no offering is left in the zones and capacity types asked for",
  reserved: "reserved capacity would be lost",
};

/** Refusals counted by reason, in words. */
export function placeRefusals(
  found: readonly { readonly reason: string; readonly count: number; readonly examples: readonly string[] }[],
): readonly PlaceRefusal[] {
  return found.map(({ reason, count, examples }) => ({
    reason: words[reason] ?? "no instance type is left that meets everything asked for",
    nodes: count,
    examples,
  }));
}
