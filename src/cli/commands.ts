import type { CommandModule } from "./command.ts";

/** What `--help` shows of a command, and how to load the rest. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: CommandModule }>;
}

/** Every command in the order of `--help`. The module loads only when its command is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "the whole path on a built-in cluster, there and back, in seconds",
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "snapshot",
    summary: "read cluster and account into one file",
    load: () => import("./commands/snapshot.ts"),
  },
  {
    name: "assess",
    summary: "is this cluster ready, and what stands in the way",
    load: () => import("./commands/assess.ts"),
  },
  {
    name: "translate",
    summary: "node groups to NodePools and EC2NodeClasses",
    load: () => import("./commands/translate.ts"),
  },
  {
    name: "simulate",
    summary: "what Karpenter would run today, beside what runs, with its cost",
    load: () => import("./commands/simulate.ts"),
  },
  {
    name: "rehearse",
    summary: "hours or days of the cluster under both autoscalers, and the migration between",
    load: () => import("./commands/rehearse.ts"),
  },
  { name: "setup", summary: "make what Karpenter needs in AWS", load: () => import("./commands/setup.ts") },
  { name: "install", summary: "install Karpenter with held pools", load: () => import("./commands/install.ts") },
  { name: "uninstall", summary: "take an installation back", load: () => import("./commands/uninstall.ts") },
  {
    name: "migrate",
    summary: "move the cluster to Karpenter, stage by stage",
    load: () => import("./commands/migrate.ts"),
  },
  {
    name: "status",
    summary: "where the migration is, and what it waits for",
    load: () => import("./commands/status.ts"),
  },
  {
    name: "pause",
    summary: "stop a running migration after its current step",
    load: () => import("./commands/pause.ts"),
  },
  { name: "resume", summary: "go on with a migration", load: () => import("./commands/resume.ts") },
  { name: "rollback", summary: "undo a migration, newest step first", load: () => import("./commands/rollback.ts") },
  { name: "verify", summary: "forecast beside fact, after a migration", load: () => import("./commands/verify.ts") },
  {
    name: "convert",
    summary: "older Karpenter manifests to v1, with losses named",
    load: () => import("./commands/convert.ts"),
  },
  {
    name: "upgrade",
    summary: "the way from an older Karpenter to a newer one, move by move",
    load: () => import("./commands/upgrade.ts"),
  },
  {
    name: "report",
    summary: "one self-contained HTML page with all results",
    load: () => import("./commands/report.ts"),
  },
  {
    name: "sandbox",
    summary: "list the built-in clusters, begin one anew, or serve one to kubectl",
    load: () => import("./commands/sandbox.ts"),
  },
  {
    name: "permissions",
    summary: "what each command must be allowed, to paste into IAM and RBAC",
    load: () => import("./commands/permissions.ts"),
  },
  {
    name: "explain",
    summary: "why a pod or node is where it is, or what a finding means",
    load: () => import("./commands/explain.ts"),
  },
];
