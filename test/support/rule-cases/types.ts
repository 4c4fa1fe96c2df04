import type { TypeFacts } from "../../../src/assessment/facts.ts";

/** The largest of a small catalogue, for rules about size. */
export const someTypes: readonly TypeFacts[] = [
  { name: "m5.24xlarge", capacity: { cpu: "96", memory: "384Gi", "nvidia.com/gpu": "8", pods: "737" } },
];
