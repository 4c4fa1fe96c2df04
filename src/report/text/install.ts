import type { CanaryReport } from "../../app/install/canary.ts";
import type { Inspection, ObjectInspection, PodInspection } from "../../app/install/inspect.ts";
import type { Condition } from "../../kube/objects.ts";
import { table } from "./table.ts";
import { before } from "../../kube/text.ts";

/** What an operator would look at after `helm install`: release, pods and their wiring, pools and node classes. */
export function renderInspection(seen: Inspection): string {
  const parts = [renderReleases(seen), ...seen.pods.map((pod) => renderPod(pod)), renderObjects(seen)];
  if (seen.problem !== undefined) parts.push(`not ready: ${seen.problem}`);
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** The canary's answer: timings, checks, and whether Karpenter may be trusted with the cluster. */
export function renderCanary(report: CanaryReport): string {
  const timings = report.timings.map((one) => [one.what, one.atSeconds.toFixed(1)]);
  const checks = report.checks.map((check) => [check.isOk ? "✓ ok" : "✗ no", check.what, check.detail]);
  const { nodeName, instanceId, instanceType, zone, nodeClass } = report;
  const head = [`canary ${nodeName}`, instanceId, instanceType, zone, `node class ${nodeClass}`].join("   ");
  return `${[
    head,
    table([{ title: "" }, { title: "seconds after the pod", align: "right" }], timings, "  "),
    table([{ title: "" }, { title: "" }, { title: "" }], checks, "  "),
    report.hasPassed ? "canary passed: nodes launch, join, network and go" : "canary failed: see the lines marked no",
  ].join("\n\n")}\n`;
}

function renderReleases(seen: Inspection): string {
  const rows = seen.releases.map((one) => [
    one.name,
    one.namespace,
    one.status,
    String(one.revision),
    one.chart,
    one.appVersion,
    one.updated,
  ]);
  const titles = ["release", "namespace", "status", "revision", "chart", "app version", "deployed at"];
  const columns = titles.map((title) => (title === "revision" ? { title, align: "right" as const } : { title }));
  const { deployment } = seen;
  const pods =
    deployment === undefined
      ? "Deployment: does not exist"
      : [
          `Deployment ${seen.namespace}/${deployment.name}`,
          `${deployment.ready} of ${deployment.wanted} pods ready`,
          `service account ${seen.serviceAccount}`,
        ].join("   ");
  return `${table(columns, rows)}\n${pods}`;
}

function renderPod(pod: PodInspection): string {
  const lines = [
    `pod ${pod.name}   ${pod.phase}${pod.isReady ? ", ready" : ", not ready"}   node ${pod.node ?? "none yet"}`,
    `  credentials  ${pod.identity}`,
  ];
  for (const container of pod.containers) {
    lines.push(
      `  container    ${container.name}${container.isReady ? ", ready" : ", not ready"}, ${container.restarts} restarts`,
    );
    lines.push(`  image        ${before(container.image, "@sha256:")}`);
    lines.push(`  digest       ${container.digest ?? "unknown until the image is pulled"}`);
    if (container.waiting !== undefined)
      lines.push(`  waiting      ${container.waiting.reason}: ${container.waiting.message}`);
    for (const probe of container.probes) lines.push(`  probe        ${probe}`);
    if (container.ports.length > 0) lines.push(`  ports        ${container.ports.join(", ")}`);
    if (container.requests.length > 0) lines.push(`  requests     ${container.requests.join(", ")}`);
    if (container.limits.length > 0) lines.push(`  limits       ${container.limits.join(", ")}`);
    for (const mount of container.mounts) lines.push(`  mount        ${mount}`);
    for (const one of container.env) lines.push(`  env          ${one.name}=${one.value}`);
  }
  const { volumes, nodeSelectors, tolerations, spread } = pod.placing;
  for (const [title, all] of Object.entries({ volumes, selectors: nodeSelectors, tolerations, spread }))
    if (all.length > 0) lines.push(`  ${title.padEnd(12)} ${all.join(", ")}`);
  lines.push(`  conditions   ${conditionText(pod.conditions)}`);
  for (const event of pod.events) lines.push(`  event        ${event}`);
  if (pod.logErrors === undefined) lines.push("  log          this cluster gives no logs");
  else if (pod.logErrors.length === 0) lines.push("  log          no errors in the last 200 lines");
  else for (const line of pod.logErrors.slice(-5)) lines.push(`  log          ${line}`);
  return lines.join("\n");
}

function renderObjects(seen: Inspection): string {
  const rows = [
    ...seen.nodeClasses.map((one) => objectRow(one, "")),
    ...seen.nodePools.map((one) => objectRow(one, one.isHeld ? "held" : "released")),
  ];
  if (rows.length === 0) return "no NodePool or EC2NodeClass yet";
  return table([{ title: "kind" }, { title: "name" }, { title: "state" }, { title: "conditions" }], rows);
}

function objectRow(one: ObjectInspection, state: string): readonly string[] {
  return [one.kind, one.name, state, conditionText(one.conditions)];
}

function conditionText(conditions: readonly Condition[]): string {
  if (conditions.length === 0) return "none yet";
  const isBad = (one: Condition): boolean => one.status !== "True";
  return conditions
    .map((one) => `${one.type}=${one.status}${isBad(one) && one.message ? ` (${one.message})` : ""}`)
    .join(", ");
}
