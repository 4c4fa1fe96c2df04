import { plainOf, objectAt, parseJson } from "../kube/json.ts";
import type { AssessResult } from "../app/assess/assess.ts";
import type { AutoscalerInstallation, NodeGroup } from "../autoscaler/types.ts";
import { registry } from "../findings/registry.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Sheet } from "./sheet.ts";

/** The shapes of `--json` documents, each with the command that prints it. Under one number members are only ever added. */
export const documentShapes = {
  assessment: "assess",
  canary: "install --canary",
  comparison: "simulate --compare",
  conversion: "convert",
  demo: "demo",
  error: "every command",
  explanation: "explain",
  installation: "install",
  migration: "migrate, resume",
  pause: "pause",
  permissions: "permissions",
  plan: "setup, install, uninstall, migrate, rollback, each with --plan",
  "report-page": "report",
  rollback: "rollback",
  sandboxes: "sandbox",
  setup: "setup",
  simulation: "simulate",
  "snapshot-summary": "snapshot",
  status: "status",
  translation: "translate",
  undo: "setup --undo, uninstall",
  "upgrade-plan": "upgrade --plan",
  verification: "verify",
} as const;

/** The name of a shape. */
export type DocumentShape = keyof typeof documentShapes;

/** One versioned document; `schema` tells its shape, `command` what was asked. */
export function versionedDocument(shape: DocumentShape, command: string, body: JsonObject): JsonObject {
  return { schema: `dovetail.${shape}/1`, command, ...body };
}

/** A value of ours as a document's part: what is undefined is left out, as JSON leaves it out. */
export function plainMembers(value: object): JsonObject {
  return objectAt(parseJson(JSON.stringify(value)));
}

/** What `assess --output name` prints: the codes that were found. */
export function assessNames({ assessment }: AssessResult): readonly string[] {
  return Array.from(new Set(assessment.findings.map(({ code }) => code)));
}

/** The findings as rows. */
export function assessSheet({ assessment }: AssessResult): Sheet {
  return {
    columns: ["code", "severity", "subject", "message", "fix", "title"],
    rows: assessment.findings.map(({ code, severity, subject, message, fix }) => [
      code,
      severity,
      subject,
      message,
      fix,
      registry[code].title,
    ]),
  };
}

/** What `assess --json` prints. */
export function assessDocument(result: AssessResult): JsonObject {
  const { assessment } = result;
  const count = (severity: string): number => assessment.findings.filter((one) => one.severity === severity).length;
  return versionedDocument("assessment", "assess", {
    answer: count("error") > 0 ? "no" : "yes",
    source: { ...result.source },
    readAt: result.readAt,
    clusterName: result.clusterName,
    kubernetesVersion: result.kubernetesVersion,
    region: result.region,
    accountId: result.accountId,
    counts: { ...result.counts },
    autoscalers: result.autoscalers.map(autoscalerJson),
    nodeGroups: result.nodeGroups.map(groupJson),
    totals: { error: count("error"), warning: count("warning"), info: count("info") },
    findings: assessment.findings.map((finding) => ({
      code: finding.code,
      severity: finding.severity,
      title: registry[finding.code].title,
      subject: finding.subject,
      message: finding.message,
      why: registry[finding.code].why,
      fix: finding.fix,
      evidence: finding.evidence,
      ...(finding.patch === undefined ? {} : { patch: plainOf(finding.patch) }),
    })),
    checked: [...assessment.checked],
    notChecked: assessment.notChecked.map((one) => ({
      codes: [...one.codes],
      isPartial: one.isPartial,
      missing: one.missing.map((it) => plainOf(it)),
    })),
  });
}

function autoscalerJson(one: AutoscalerInstallation): JsonObject {
  return {
    namespace: one.namespace,
    deployment: one.deployment,
    replicas: one.replicas,
    version: one.version,
    image: one.image,
    expanders: [...one.expanders],
    flags: Object.fromEntries([...one.flags].map(([name, values]) => [name, [...values]])),
    foundBy: [...one.foundBy],
  };
}

function groupJson(group: NodeGroup): JsonObject {
  return {
    name: group.name,
    kind: group.kind,
    autoScalingGroupName: group.autoScalingGroupName,
    min: group.min,
    max: group.max,
    desired: group.desired,
    isManagedByAutoscaler: group.isManagedByAutoscaler,
    labels: { ...group.labels },
    taints: group.taints.map((taint) => ({ ...taint })),
    nodes: [...group.nodeNames],
  };
}
