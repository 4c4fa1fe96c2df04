import type { CaseRow } from "./rows.ts";

const on = (sandbox: string, ...words: readonly string[]): readonly string[] => [
  ...words,
  "--sandbox",
  sandbox,
  "--state",
  "{output}",
];
const installed = (sandbox: string) => [
  { args: on(sandbox, "setup", "--yes"), exit: 0 },
  { args: on(sandbox, "install", "--yes"), exit: 0 },
];
const untouched = ["nothing was changed"];

/** Cases of the whole journey on a sandbox: what one command knows reaches the next. */
export const journeyRows: readonly CaseRow[] = [
  {
    name: "ux-02-migrate-ignores-known-blockers",
    title: "what assess and simulate know stops migrate before Cluster Autoscaler is touched",
    steps: [
      ...installed("traps"),
      {
        args: on("traps", "migrate", "--plan"),
        exit: 1,
        says: ["in the way: this plan cannot end", "DV1001", "DV1002", "DV1011", "what will hurt", "DV1009"],
      },
      {
        args: on("traps", "migrate", "--confirm", "quarry-prod"),
        exit: 1,
        says: [...untouched, "--accept DV1002=orders/order-api --reason TEXT", "--keep-group-label"],
      },
      {
        args: on("traps", "migrate", "--confirm", "quarry-prod", "--group", "legacy-monolith"),
        exit: 1,
        says: ["no NodePool takes them", ...untouched],
        saysNot: ["DV1002"],
      },
      {
        args: on("traps", "migrate", "--plan", "--accept", "DV1002=orders/order-apis", "--reason", "known"),
        exit: 2,
        says: ["near is DV1002=orders/order-api", ...untouched],
      },
      { args: on("traps", "migrate", "--plan", "--accept", "DV1002=orders/order-api"), exit: 2, says: ["--reason"] },
      {
        args: on("traps", "migrate", "--plan", "--accept", "DV1002=orders/order-api", "--reason", "ours"),
        exit: 1,
        says: ["in the way, and accepted", "DV1002 Deployment/orders/order-api ours"],
      },
      { args: on("traps", "status"), says: ["no migration was begun"] },
    ],
  },
];
