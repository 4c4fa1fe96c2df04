import { asJson } from "../kube/json.ts";
import type { AssessResult } from "../app/assess/assess.ts";
import type { AutoscalerInstallation, NodeGroup } from "../autoscaler/types.ts";
import { registry } from "../findings/registry.ts";
import type { JsonObject } from "../kube/objects.ts";

/** The version of every `--json` document. Fields are only ever added under it. */
const reportSchema = "dovetail.report/1";

/** One versioned document, as `--json` prints it. Undefined members are left out. */
export function jsonDocument(command: string, body: JsonObject): string {
  return `${JSON.stringify({ schema: reportSchema, command, ...body }, null, 2)}\n`;
}

/** What `assess --json` prints. */
export function assessJson(result: AssessResult): string {
  const { assessment } = result;
  const count = (severity: string): number => assessment.findings.filter((one) => one.severity === severity).length;
  return jsonDocument("assess", {
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
      ...(finding.patch === undefined ? {} : { patch: asJson(finding.patch) }),
    })),
    checked: [...assessment.checked],
    notChecked: assessment.notChecked.map((one) => ({
      codes: [...one.codes],
      isPartial: one.isPartial,
      missing: one.missing.map((it) => asJson(it)),
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
