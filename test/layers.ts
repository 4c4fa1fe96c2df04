/** Lowest first. A folder under src/ may import itself and folders with a lower number, never an equal or higher one. */
export const layers: Readonly<Record<string, number>> = {
  fault: 1,
  kube: 2,
  yaml: 3,
  aws: 3,
  snapshot: 4,
  findings: 4,
  money: 4,
  "kube-scheduler": 4,
  karpenter: 5,
  autoscaler: 5,
  scheduling: 6,
  disruption: 7,
  translation: 7,
  manifests: 7,
  assessment: 8,
  migration: 8,
  forecast: 9,
  twin: 9,
  ports: 10,
  app: 11,
  adapters: 12,
  report: 12,
  worlds: 13,
  server: 13,
  cli: 14,
};

/** No clock, chance, I/O, logging or async in these: decisions are functions. `ports/` holds interfaces only. */
export const pure = new Set([
  "fault",
  "kube",
  "yaml",
  "aws",
  "snapshot",
  "findings",
  "money",
  "kube-scheduler",
  "karpenter",
  "autoscaler",
  "scheduling",
  "disruption",
  "translation",
  "manifests",
  "assessment",
  "migration",
  "forecast",
  "twin",
]);

/** Pure libraries that a pure layer may use all the same: schemas and the expression language of CRDs are somebody else's rules. */
export const libraries: Readonly<Record<string, readonly string[]>> = {
  // Unpacking is arithmetic over bytes: synchronous, without state, the same on every machine.
  aws: ["node:zlib"],
  snapshot: ["zod"],
  yaml: ["js-yaml", "yaml"],
  twin: ["rfc6902", "smol-toml"],
  migration: ["yaml", "zod"],
  manifests: ["ajv", "@marcbachmann/cel-js"],
};
