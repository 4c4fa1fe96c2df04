import type { UsableType } from "../../../src/assessment/facts.ts";

/** The largest of a small catalogue, for rules about size. */
export const someTypes: readonly UsableType[] = [
  {
    name: "m5.large",
    capacity: { cpu: "2", memory: "8Gi", pods: "29" },
    interfacePods: (reserved) => (3 - reserved) * 9 + 2,
  },
  { name: "g4dn.xlarge", capacity: { cpu: "4", memory: "16Gi", "nvidia.com/gpu": "1" } },
  { name: "m5.24xlarge", capacity: { cpu: "96", memory: "384Gi", "nvidia.com/gpu": "8", pods: "737" } },
];
