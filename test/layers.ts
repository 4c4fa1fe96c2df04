/** Lowest first. A folder under src/ may import itself and folders with a lower number, never an equal or higher one. */
export const layers: Readonly<Record<string, number>> = {
  kube: 1,
  aws: 2,
  snapshot: 3,
  autoscaler: 4,
  karpenter: 4,
  findings: 4,
  scheduling: 5,
  disruption: 6,
  translation: 6,
  assessment: 7,
  simulation: 7,
  migration: 7,
  ports: 8,
  app: 9,
  adapters: 10,
  report: 10,
  cli: 11,
};

/** No clock, chance, I/O, logging or async in these: decisions are functions. `ports/` holds interfaces and `Fault` only. */
export const pure = new Set([
  "kube",
  "aws",
  "snapshot",
  "autoscaler",
  "karpenter",
  "findings",
  "scheduling",
  "disruption",
  "translation",
  "assessment",
  "simulation",
  "migration",
]);
