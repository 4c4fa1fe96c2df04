import type { CanaryReport } from "../../app/install/canary.ts";
import type { Inspection, ObjectInspection, PodInspection } from "../../app/install/inspect.ts";
import type { Condition } from "../../kube/objects.ts";
import { painted } from "./prose.ts";
import { count, table } from "./table.ts";
import { before } from "../../kube/text.ts";

/** How much is shown, and in what width. */
export interface InstallView {
  readonly columns: number;
  readonly isColour?: boolean;
  /** Everything that an operator would look at, not the facts that matter alone. */
  readonly isAll?: boolean;
}

/**
 * The three facts that matter after an installation: the controller runs, nothing is wrong with its node classes and pools, and the pools
 * are held; with `isAll` what an operator would look at after `helm install`: release, pods and their wiring, every condition.
 */
export function renderInspection(seen: Inspection, view: InstallView): string {
  const parts = [
    factsText(seen, view),
    ...(view.isAll === true
      ? [renderReleases(seen, view), ...seen.pods.map((pod) => renderPod(pod)), renderObjects(seen, view)]
      : []),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function factsText(seen: Inspection, view: InstallView): string {
  const { deployment, pods, nodeClasses, nodePools } = seen;
  const image = pods.flatMap((pod) => pod.containers.map((one) => before(one.image, "@sha256:")))[0];
  const version = image === undefined ? "" : ` (${image.slice(image.lastIndexOf(":") + 1)})`;
  const controller =
    deployment === undefined
      ? "there is no controller"
      : `${deployment.ready} of ${count(deployment.wanted, "pod")} ready in ${seen.namespace}${version}`;
  const bad = [...nodeClasses, ...nodePools].filter((one) => one.conditions.some(isBad));
  const objects =
    nodeClasses.length + nodePools.length === 0
      ? "none yet"
      : bad.length === 0
        ? `${count(nodePools.length, "NodePool")} and ${count(nodeClasses.length, "EC2NodeClass", "EC2NodeClasses")}, all ready`
        : bad.map((one) => `${one.name}: ${conditionText(one.conditions.filter(isBad))}`).join("; ");
  const held = nodePools.filter((one) => one.isHeld).map(({ name }) => name);
  const free = nodePools.filter((one) => !one.isHeld).map(({ name }) => name);
  const holding =
    nodePools.length === 0
      ? "nothing is held: there is no NodePool"
      : free.length === 0
        ? `every NodePool is held: Cluster Autoscaler stays in charge, Karpenter launches nothing (${held.join(", ")})`
        : `released, Karpenter launches nodes for: ${free.join(", ")}`;
  const answer =
    seen.problem === undefined
      ? painted("yes: Karpenter runs and waits", "green", view.isColour === true)
      : painted(`no: not ready: ${seen.problem}`, "red", view.isColour === true);
  const rows = [
    ["controller", controller],
    ["objects", objects],
    ["in charge", holding],
  ];
  const more = view.isAll === true ? [] : ["", "releases, pods, environment, probes, conditions and events: --all"];
  return [answer, table([{ title: "" }, { title: "" }], rows, { indent: "  ", columns: view.columns }), ...more].join(
    "\n",
  );
}

/** The canary's answer: timings, checks, and whether Karpenter may be trusted with the cluster. */
export function renderCanary(report: CanaryReport, view: InstallView): string {
  const timings = report.timings.map((one) => [one.what, one.atSeconds.toFixed(1)]);
  const checks = report.checks.map((check) => [check.isOk ? "✓ ok" : "✗ no", check.what, check.detail]);
  const { nodeName, instanceId, instanceType, zone, nodeClass } = report;
  const head = [`canary ${nodeName}`, instanceId, instanceType, zone, `node class ${nodeClass}`].join("   ");
  return `${[
    report.hasPassed
      ? "yes: canary passed: nodes launch, join, network and go"
      : "no: canary failed: see the lines marked no",
    head,
    table([{ title: "" }, { title: "seconds after the pod", align: "right" }], timings, {
      indent: "  ",
      columns: view.columns,
    }),
    table([{ title: "" }, { title: "" }, { title: "" }], checks, { indent: "  ", columns: view.columns }),
  ].join("\n\n")}\n`;
}

function renderReleases(seen: Inspection, view: InstallView): string {
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
  return `${table(columns, rows, { columns: view.columns, isWhole: true })}\n${pods}`;
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

function renderObjects(seen: Inspection, view: InstallView): string {
  const rows = [
    ...seen.nodeClasses.map((one) => objectRow(one, "")),
    ...seen.nodePools.map((one) => objectRow(one, one.isHeld ? "held" : "released")),
  ];
  if (rows.length === 0) return "no NodePool or EC2NodeClass yet";
  return table([{ title: "kind" }, { title: "name" }, { title: "state" }, { title: "conditions" }], rows, {
    columns: view.columns,
    isWhole: true,
  });
}

function objectRow(one: ObjectInspection, state: string): readonly string[] {
  return [one.kind, one.name, state, conditionText(one.conditions)];
}

function isBad(one: Condition): boolean {
  return one.status !== "True";
}

function conditionText(conditions: readonly Condition[]): string {
  if (conditions.length === 0) return "none yet";
  return conditions
    .map((one) => `${one.type}=${one.status}${isBad(one) && one.message ? ` (${one.message})` : ""}`)
    .join(", ");
}
